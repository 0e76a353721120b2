"""What a server keeps: catalogue versions, installs, subscribers, decisions and an audit log, in one schema for SQLite and PostgreSQL.

`tables` is the schema, `migrations` how a database comes to have it, `opening` an engine and its errors told plainly. Functions take a
`Database` and values, and each writes in one transaction. Times are seconds since 1970 and always given by the caller.
"""
