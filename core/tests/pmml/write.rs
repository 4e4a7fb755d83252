//! Small PMML files.

/// A whole file: the fields of its dictionary, its transformations, its model.
pub(crate) fn file(dictionary: &str, transformations: &str, model: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<PMML xmlns=\"http://www.dmg.org/PMML-4_4\" version=\"4.4\">\n\
         <Header copyright=\"a test\"/>\n<DataDictionary>{dictionary}</DataDictionary>\n\
         <TransformationDictionary>{transformations}</TransformationDictionary>\n{model}\n</PMML>\n"
    )
}

/// Fields by their types, each of the kind that its first letter says: `x` double, `i` integer, `b` boolean, `d` date, `s` string.
pub(crate) fn fields(names: &str) -> String {
    let field = |name: &str| {
        let (optype, kind) = match name.as_bytes()[0] {
            b'i' => ("continuous", "integer"),
            b'b' => ("categorical", "boolean"),
            b'd' => ("ordinal", "date"),
            b's' => ("categorical", "string"),
            _ => ("continuous", "double"),
        };
        format!("<DataField name=\"{name}\" optype=\"{optype}\" dataType=\"{kind}\"/>")
    };
    names.split_whitespace().map(field).collect()
}

/// A mining schema of fields that are read.
pub(crate) fn schema(names: &str) -> String {
    let field = |name: &str| format!("<MiningField name=\"{name}\"/>");
    format!("<MiningSchema>{}</MiningSchema>", names.split_whitespace().map(field).collect::<String>())
}

/// A model whose outputs are expressions over fields: its own prediction is 0.
pub(crate) fn expressions(
    dictionary: &str,
    schema: &str,
    transformations: &str,
    outputs: &[(&str, &str)],
) -> String {
    let output = |(name, expression): &(&str, &str)| {
        format!("<OutputField name=\"{name}\" feature=\"transformedValue\">{expression}</OutputField>")
    };
    let outputs: String = outputs.iter().map(output).collect();
    let model = format!(
        "<RegressionModel functionName=\"regression\">{schema}<Output>{outputs}</Output>\
         <RegressionTable intercept=\"0\"/></RegressionModel>"
    );
    file(dictionary, transformations, &model)
}

/// An expression over one kind of fields each.
pub(crate) fn expression(names: &str, expression: &str) -> String {
    expressions(&fields(names), &schema(names), "", &[("y", expression)])
}
