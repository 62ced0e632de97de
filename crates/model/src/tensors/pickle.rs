//! Just enough of Python's pickle format for a state dict: a stack machine that knows three
//! functions and runs none.

use std::collections::HashMap;

/// What the machine handles.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    None,
    Bool,
    Int(i64),
    Text(String),
    Tuple(Vec<Value>),
    Dict(Vec<(Value, Value)>),
    Global(Global),
    /// Numbers of one kind under a key: `torch.FloatStorage`, `0`.
    Storage(String, String),
    Tensor(Tensor),
}

/// The names that a state dict's pickle may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Global {
    OrderedDict,
    RebuildTensor,
    Storage(String),
}

/// A view of numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tensor {
    /// Class of the storage, such as `FloatStorage`.
    pub(super) storage: String,
    /// Name of the storage.
    pub(super) key: String,
    /// Numbers before the first of this tensor.
    pub(super) offset: usize,
    pub(super) shape: Vec<usize>,
    pub(super) strides: Vec<usize>,
}

/// The value that a pickle holds.
pub(super) fn read(bytes: &[u8]) -> Result<Value, String> {
    let mut machine = Machine {
        left: bytes,
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
    };
    while let Some(()) = machine.step()? {}
    machine.pop()
}

struct Machine<'a> {
    left: &'a [u8],
    stack: Vec<Value>,
    marks: Vec<usize>,
    memo: HashMap<usize, Value>,
}

impl Machine<'_> {
    /// Does one instruction; nothing once the last is done.
    fn step(&mut self) -> Result<Option<()>, String> {
        match self.bytes::<1>()?[0] {
            b'.' => return Ok(None),
            0x80 => self.protocol()?,
            b'N' => self.stack.push(Value::None),
            0x88 | 0x89 => self.stack.push(Value::Bool),
            b'K' => {
                let [value] = self.bytes()?;
                self.stack.push(Value::Int(value.into()));
            }
            b'M' => {
                let value = u16::from_le_bytes(self.bytes()?);
                self.stack.push(Value::Int(value.into()));
            }
            b'J' => {
                let value = i32::from_le_bytes(self.bytes()?);
                self.stack.push(Value::Int(value.into()));
            }
            0x8a => self.long()?,
            b'X' => {
                let length = u32::from_le_bytes(self.bytes()?) as usize;
                if length > LONGEST_NAME {
                    return Err(format!("a name has {length} bytes"));
                }
                let text = self.slice(length)?;
                let text = str::from_utf8(text).map_err(|_| "a name is not UTF-8")?;
                self.stack.push(Value::Text(text.to_owned()));
            }
            b'c' => self.global()?,
            b'(' => self.marks.push(self.stack.len()),
            b')' => self.stack.push(Value::Tuple(Vec::new())),
            b't' => {
                let items = self.since_mark()?;
                self.stack.push(Value::Tuple(items));
            }
            count @ 0x85..=0x87 => {
                let items = self.last(usize::from(count - 0x84))?;
                self.stack.push(Value::Tuple(items));
            }
            b'}' => self.stack.push(Value::Dict(Vec::new())),
            b's' => {
                let items = self.last(2)?;
                self.insert(items)?;
            }
            b'u' => {
                let items = self.since_mark()?;
                self.insert(items)?;
            }
            b'q' => {
                let [at] = self.bytes()?;
                self.remember(at.into())?;
            }
            b'r' => {
                let at = u32::from_le_bytes(self.bytes()?);
                self.remember(at as usize)?;
            }
            b'h' => {
                let [at] = self.bytes()?;
                self.recall(at.into())?;
            }
            b'j' => {
                let at = u32::from_le_bytes(self.bytes()?);
                self.recall(at as usize)?;
            }
            b'Q' => self.storage()?,
            b'R' => self.call()?,
            // State of an ordered dict: versions of modules, of no use here.
            b'b' => {
                self.pop()?;
                if !matches!(self.stack.last(), Some(Value::Dict(_))) {
                    return Err("it sets the state of something else than a dict".into());
                }
            }
            other => {
                return Err(format!(
                    "its pickle uses instruction 0x{other:02x}, and a state dict needs none such; convert it to model.safetensors"
                ));
            }
        }
        Ok(Some(()))
    }

    fn protocol(&mut self) -> Result<(), String> {
        match self.bytes()? {
            [2] => Ok(()),
            [other] => Err(format!("its pickle has protocol {other}, not 2")),
        }
    }

    fn long(&mut self) -> Result<(), String> {
        let [length] = self.bytes()?;
        let digits = self.slice(length.into())?;
        if digits.len() > 8 {
            return Err("a number is too long".into());
        }
        let is_negative = digits.last().is_some_and(|digit| digit & 0x80 != 0);
        let mut wide = [if is_negative { 0xff } else { 0 }; 8];
        wide[..digits.len()].copy_from_slice(digits);
        self.stack.push(Value::Int(i64::from_le_bytes(wide)));
        Ok(())
    }

    fn global(&mut self) -> Result<(), String> {
        let (module, name) = (self.line()?, self.line()?);
        let known = match (module.as_str(), name.as_str()) {
            ("collections", "OrderedDict") => Global::OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2") => Global::RebuildTensor,
            ("torch", storage) if storage.ends_with("Storage") => Global::Storage(name),
            _ => {
                return Err(format!(
                    "its pickle asks for {module}.{name}, which is not run; convert it to \
                     model.safetensors"
                ));
            }
        };
        self.stack.push(Value::Global(known));
        Ok(())
    }

    /// `('storage', class, key, device, count)` stands for numbers.
    fn storage(&mut self) -> Result<(), String> {
        let Value::Tuple(parts) = self.pop()? else {
            return Err("a storage is not described by a tuple".into());
        };
        match parts.as_slice() {
            [
                Value::Text(tag),
                Value::Global(Global::Storage(class)),
                Value::Text(key),
                ..,
            ] if tag == "storage" => {
                let storage = Value::Storage(class.clone(), key.clone());
                self.stack.push(storage);
                Ok(())
            }
            _ => Err("a storage has an unknown description".into()),
        }
    }

    fn call(&mut self) -> Result<(), String> {
        let arguments = self.pop()?;
        let function = self.pop()?;
        let (Value::Global(function), Value::Tuple(arguments)) = (function, arguments) else {
            return Err("its pickle calls something that is no function".into());
        };
        let made = match (function, arguments.as_slice()) {
            (Global::OrderedDict, []) => Value::Dict(Vec::new()),
            (
                Global::RebuildTensor,
                [
                    Value::Storage(class, key),
                    Value::Int(offset),
                    Value::Tuple(shape),
                    Value::Tuple(strides),
                    ..,
                ],
            ) => Value::Tensor(Tensor {
                storage: class.clone(),
                key: key.clone(),
                offset: usize::try_from(*offset).map_err(|_| "an offset is negative")?,
                shape: sizes(shape)?,
                strides: sizes(strides)?,
            }),
            (function, _) => {
                return Err(format!("its pickle calls {function:?} in an unknown way"));
            }
        };
        self.stack.push(made);
        Ok(())
    }

    fn insert(&mut self, items: Vec<Value>) -> Result<(), String> {
        let Some(Value::Dict(dict)) = self.stack.last_mut() else {
            return Err("its pickle puts items into something else than a dict".into());
        };
        let mut items = items.into_iter();
        while let Some(key) = items.next() {
            dict.push((key, items.next().ok_or("a key has no value")?));
        }
        Ok(())
    }

    /// Remembers what a state dict recalls: single things and the sizes of a view. What can hold
    /// more could be recalled into itself without end.
    fn remember(&mut self, at: usize) -> Result<(), String> {
        let value = self.stack.last().ok_or("its pickle remembers nothing")?;
        let is_flat = match value {
            Value::Dict(_) => false,
            Value::Tuple(items) => items.iter().all(|item| matches!(item, Value::Int(_))),
            _ => true,
        };
        if is_flat {
            self.memo.insert(at, value.clone());
        }
        Ok(())
    }

    fn recall(&mut self, at: usize) -> Result<(), String> {
        let value = self.memo.get(&at).cloned();
        self.stack
            .push(value.ok_or("its pickle recalls what it never remembered")?);
        Ok(())
    }

    fn since_mark(&mut self) -> Result<Vec<Value>, String> {
        let mark = self.marks.pop().filter(|&mark| mark <= self.stack.len());
        Ok(self.stack.split_off(mark.ok_or("a mark is missing")?))
    }

    fn last(&mut self, count: usize) -> Result<Vec<Value>, String> {
        let start = self.stack.len().checked_sub(count);
        Ok(self.stack.split_off(start.ok_or(SHORT)?))
    }

    fn pop(&mut self) -> Result<Value, String> {
        self.stack.pop().ok_or_else(|| SHORT.into())
    }

    fn line(&mut self) -> Result<String, String> {
        let end = self
            .left
            .iter()
            .position(|&byte| byte == b'\n')
            .ok_or(SHORT)?;
        let line = self.slice(end)?.to_vec();
        self.slice(1)?;
        String::from_utf8(line).map_err(|_| "a name is not UTF-8".into())
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let (first, rest) = self.left.split_first_chunk().ok_or(SHORT)?;
        self.left = rest;
        Ok(*first)
    }
}

impl<'a> Machine<'a> {
    fn slice(&mut self, length: usize) -> Result<&'a [u8], String> {
        let (first, rest) = self.left.split_at_checked(length).ok_or(SHORT)?;
        self.left = rest;
        Ok(first)
    }
}

const LONGEST_NAME: usize = 1000;
const SHORT: &str = "its pickle ends early";

fn sizes(values: &[Value]) -> Result<Vec<usize>, String> {
    values
        .iter()
        .map(|value| match value {
            Value::Int(size) => usize::try_from(*size).map_err(|_| "a size is negative".into()),
            _ => Err("a size is not a number".into()),
        })
        .collect()
}
