//! The builder: shared steps, folded constants, and which inputs' absence passes.

use super::*;

const A: Register = Register::Input(0);
const B: Register = Register::Input(1);

#[test]
fn equal_steps_are_one_and_constants_are_computed() {
    let mut builder = FormulaBuilder::new();
    let (two, three) = (builder.constant(2.0), builder.constant(3.0));
    let six = builder.apply(Function::Mul, &[two, three]);
    assert_eq!(builder.value(six), Some(6.0));
    let sum = builder.apply(Function::Add, &[A, six]);
    assert_eq!(builder.apply(Function::Add, &[A, six]), sum);
    let looked = builder.table(Function::Lookup, A, &[1.0, f64::NAN]);
    assert_eq!(builder.table(Function::Lookup, A, &[1.0, f64::NAN]), looked);
    let formula = builder.finish(1, &[sum, looked]).unwrap();
    assert_eq!((formula.steps().len(), formula.tables().len()), (2, 2));
}

#[test]
fn what_stands_in_a_loop_is_not_shared_with_what_follows() {
    let mut builder = FormulaBuilder::new();
    let sums: Vec<Register> = (0..2)
        .map(|_| {
            builder.open(0);
            let amount = builder.event_column(0);
            let twice = builder.apply(Function::Add, &[amount, amount]);
            let sum = builder.apply(Function::Sum, &[twice, twice]);
            builder.close();
            sum
        })
        .collect();
    assert_ne!(sums[0], sums[1]);
    let both = builder.apply(Function::Add, &sums);
    assert_eq!(builder.finish(1, &[both]).unwrap().looped_steps(), 8);
}

#[test]
fn absence_that_a_formula_answers_does_not_pass() {
    let passing = |write: &dyn Fn(&mut FormulaBuilder) -> Register| {
        let mut builder = FormulaBuilder::new();
        let out = write(&mut builder);
        builder.passing(&[out]).into_iter().collect::<Vec<u32>>()
    };
    let has = |b: &mut FormulaBuilder, x| {
        let absent = b.apply(Function::IsAbsent, &[x]);
        b.apply(Function::Not, &[absent])
    };
    assert_eq!(passing(&|b| b.apply(Function::Add, &[A, B])), [0, 1]);
    assert_eq!(passing(&|b| b.apply(Function::OrElse, &[A, B])), [1]);
    assert_eq!(passing(&|b| has(b, A)), [0; 0]);
    // has(a) ? a + b : 0
    let chosen = |b: &mut FormulaBuilder| {
        let (there, sum, zero) = (has(b, A), b.apply(Function::Add, &[A, B]), b.constant(0.0));
        b.apply(Function::Select, &[there, sum, zero])
    };
    assert_eq!(passing(&chosen), [1]);
    // has(a) && a > b, and the same the other way round: !has(a) || a > b
    let guarded = |or: bool| {
        move |b: &mut FormulaBuilder| {
            let (there, test) = (has(b, A), b.apply(Function::Less, &[B, A]));
            let not = b.apply(Function::Not, &[there]);
            if or { b.apply(Function::Or, &[not, test]) } else { b.apply(Function::And, &[test, there]) }
        }
    };
    assert_eq!(passing(&guarded(false)), [1]);
    assert_eq!(passing(&guarded(true)), [1]);
    // A figure of events is absent where the list is.
    let figure = |b: &mut FormulaBuilder| {
        b.open(1);
        let amount = b.event_column(0);
        let out = b.apply(Function::Sum, &[amount, amount]);
        b.close();
        out
    };
    assert_eq!(passing(&figure), [1]);
}
