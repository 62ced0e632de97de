//! The guide to the outputs names every column of every table.

#[test]
fn the_guide_describes_each_column_under_its_table() {
    let guide = include_str!("../../../docs/outputs.md");
    for (file, columns) in report::tables::all() {
        let heading = format!("## {file}");
        let (_, behind) = guide
            .split_once(&heading)
            .unwrap_or_else(|| panic!("docs/outputs.md has no section '{heading}'"));
        let section = behind.split("\n## ").next().unwrap_or(behind);
        let described: Vec<&str> = section
            .lines()
            .skip_while(|line| !line.starts_with("| `"))
            .map_while(|line| line.strip_prefix("| `")?.split('`').next())
            .collect();
        assert_eq!(described, columns, "columns of {file} in docs/outputs.md");
    }
}
