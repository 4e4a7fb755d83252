//! What the importer of CatBoost's files refuses, and where.

use scorelet_core::author::import::catboost;

const MODEL: &str = r#"{"features_info":{"categorical_features":[{"feature_id":"c","feature_index":0,"flat_feature_index":1,"values":[-784473192]}],
"ctrs":[{"borders":[1.5],"ctr_type":"Borders","elements":[{"cat_feature_index":0}]}],
"float_features":[{"borders":[0.5],"feature_id":"a","feature_index":0,"flat_feature_index":0,"nan_value_treatment":"AsFalse"}]},
"model_info":{"params":{"loss_function":{"type":"Logloss"}}},
"oblivious_trees":[{"leaf_values":[1,2,3,4],"leaf_weights":[1,1,1,1],"splits":[
{"border":0.5,"float_feature_index":0,"split_index":0,"split_type":"FloatFeature"},
{"cat_feature_index":0,"split_index":1,"split_type":"OneHotFeature","value":-784473192}]}],"scale_and_bias":[1,[0.25]]}"#;

#[test]
fn the_model_that_is_broken_below_is_whole() {
    let model = catboost::import(MODEL.as_bytes()).unwrap();
    for (row, margin) in
        [([0.5, 1.0], 1.25), ([0.6, f64::NAN], 2.25), ([f64::NAN, 0.0], 3.25), ([0.6, 0.0], 4.25)]
    {
        assert_eq!(model.forest.margins(&row), [margin], "{row:?}");
    }
}

#[test]
fn catboost_refusals() {
    let ctr = r#""OnlineCtr","#;
    let cases = [
        (
            r#""OneHotFeature","#,
            ctr,
            "SCL-0502 the statistic `Borders` of `c` over the target (CTR) is not supported",
        ),
        (
            "Logloss",
            "RMSEWithUncertainty",
            "SCL-0502 CatBoost's loss function `RMSEWithUncertainty` is not supported",
        ),
        ("AsFalse", "AsNews", "SCL-0502 the treatment of NaN `AsNews` is not supported"),
        ("[1,[0.25]]", "[0,[0.25]]", "SCL-0502 a scale of 0 is not supported"),
        ("[1,[0.25]]", "[1,[]]", "SCL-0503 the model is inconsistent: the model has no output"),
        ("[1,2,3,4]", "[1,2,3]", "SCL-0503 the model is inconsistent: 3 values of 4 leaves"),
        (
            r#""border":0.5"#,
            r#""border":1e39"#,
            "SCL-0503 the model is inconsistent: a border is no finite number",
        ),
        (
            r#""value":-784473192"#,
            r#""value":7"#,
            "SCL-0503 the model is inconsistent: a split of a category that is not there",
        ),
        ("oblivious_trees", "other_trees", "SCL-0501 this is not a CatBoost model in JSON: it has no trees"),
    ];
    for (from, to, expected) in cases {
        let changed = MODEL.replacen(from, to, 1);
        assert_ne!(changed, MODEL, "{from}");
        let error = catboost::import(changed.as_bytes()).unwrap_err();
        let text = format!("{} {error}", error.code());
        assert!(text.starts_with(expected) && !error.place().is_empty(), "{text} @ {}", error.place());
    }
}
