"""How the program's processes start, log, stay alive and end. It imports `domain` and `private_files`.

`supervisor` runs other processes. `embedded_valkey` owns the embedded broker, with `valkey_server` and `valkey_socket`.
`parent_death` ends a process after its parent. `exits` has the exit codes; `logs` and `redaction` make the log lines.
"""
