"""The reason words that the source code uses, found in its syntax: a new word cannot hide from the pages."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import webhook_receiver
import worker

PACKAGES = (worker, webhook_receiver)


def said(name: str, *, at: int, keyword: str = "") -> set[str]:
    """Return the words that calls of *name* are given as argument number *at*, or as *keyword*."""
    return {
        word for module, call in _calls(name) for node in _argument(call, at, keyword) for word in _words(module, node)
    }


def _calls(name: str) -> Iterator[tuple[str, ast.Call]]:
    for module, path in _modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and _called(node) == name:
                yield module, node


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _argument(call: ast.Call, at: int, keyword: str) -> Iterator[ast.expr]:
    yield from call.args[at : at + 1]
    yield from (given.value for given in call.keywords if given.arg == keyword)


def _words(module: str, argument: ast.expr) -> Iterator[str]:
    """Yield the texts in an argument; a constant of the module's is looked up."""
    for node in ast.walk(argument):
        match node:
            case ast.Constant(value=str(word)) if word:
                yield word
            case ast.Name(id=name) if name.isupper():
                yield str(getattr(import_module(module), name))


def _modules() -> Iterator[tuple[str, Path]]:
    for package in PACKAGES:
        root = _folder(package)
        for path in root.rglob("*.py"):
            parts = path.relative_to(root.parent).with_suffix("").parts
            yield ".".join(parts).removesuffix(".__init__"), path


def _folder(package: ModuleType) -> Path:
    assert package.__file__
    return Path(package.__file__).parent
