//! What only a file can get wrong.

#[test]
fn a_damaged_file_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("broken.db");
    let text = "this is not a database, whatever its name says".repeat(100);
    std::fs::write(&path, text).unwrap();
    let error = super::open(&path).err().unwrap();
    assert!(format!("{error:#}").contains("broken.db"), "{error:#}");
}
