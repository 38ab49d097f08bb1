"""The journal: the ports kept in SQL, on SQLite or PostgreSQL. It is the truth; all else can be lost."""
