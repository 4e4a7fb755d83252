//! ONNX files by hand: just enough of protobuf's encoding.

/// A message that grows.
#[derive(Clone, Default)]
pub(crate) struct Message(Vec<u8>);

impl Message {
    pub(crate) fn number(mut self, tag: u32, value: i64) -> Self {
        self.varint(u64::from(tag) << 3);
        self.varint(value as u64);
        self
    }

    pub(crate) fn bytes(mut self, tag: u32, bytes: &[u8]) -> Self {
        self.varint(u64::from(tag) << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    pub(crate) fn text(self, tag: u32, text: &str) -> Self {
        self.bytes(tag, text.as_bytes())
    }

    pub(crate) fn message(self, tag: u32, inner: &Self) -> Self {
        self.bytes(tag, &inner.0)
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }
}

/// A tensor; `data`: f32 values for type 1, i64 for type 7, as raw data.
pub(crate) fn tensor(name: &str, dims: &[i64], kind: i64, data: &[u8]) -> Message {
    let shape = dims.iter().fold(Message::default(), |m, &d| m.number(1, d));
    shape.number(2, kind).text(8, name).bytes(9, data)
}

pub(crate) fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

pub(crate) fn ints(values: &[i64]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

/// A node with whole-number attributes.
pub(crate) fn node(
    op: &str,
    name: &str,
    inputs: &[&str],
    outputs: &[&str],
    attributes: &[(&str, i64)],
) -> Message {
    let message = inputs.iter().fold(Message::default(), |m, i| m.text(1, i));
    let message = outputs.iter().fold(message, |m, o| m.text(2, o)).text(3, name).text(4, op);
    attributes.iter().fold(message, |m, (key, value)| {
        m.message(5, &Message::default().text(1, key).number(3, *value).number(20, 2))
    })
}

/// An input or output of floats; −1 is an open dimension.
pub(crate) fn end(name: &str, dims: &[i64]) -> Message {
    let dim = |d: i64| match d {
        -1 => Message::default().text(2, "n"),
        _ => Message::default().number(1, d),
    };
    let shape = dims.iter().fold(Message::default(), |m, &d| m.message(1, &dim(d)));
    let tensor = Message::default().number(1, 1).message(2, &shape);
    Message::default().text(1, name).message(2, &Message::default().message(1, &tensor))
}

/// A file of operator set 17: input `x`, output `y`.
pub(crate) fn file(x: &[i64], nodes: &[Message], tables: &[Message]) -> Vec<u8> {
    let graph = nodes.iter().fold(Message::default(), |m, n| m.message(1, n));
    let graph = tables.iter().fold(graph, |m, t| m.message(5, t));
    let graph = graph.message(11, &end("x", x)).message(12, &end("y", &[-1]));
    whole(&graph)
}

/// A file with this graph.
pub(crate) fn whole(graph: &Message) -> Vec<u8> {
    Message::default().number(1, 8).message(8, &Message::default().number(2, 17)).message(7, graph).0
}
