-- What is written now and then to see whether anything can be: one row of zeroes.
CREATE TABLE probe (
    id INTEGER PRIMARY KEY,
    room BLOB NOT NULL
);
