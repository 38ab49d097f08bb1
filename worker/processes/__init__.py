"""How our processes start, log, stay alive and end. It imports `domain` only."""
