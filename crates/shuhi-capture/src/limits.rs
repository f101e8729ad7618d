//! What a capture may measure. Beyond a limit of the whole, reading stops with an error; beyond one of a part, the part is cut and a fault says so.

/// Bytes of one capture, unpacked.
pub const INPUT_BYTES_MAX: usize = 1024 * 1024 * 1024;
/// Requests of one capture; later ones are counted in a fault.
pub const REQUESTS_MAX: usize = 500_000;
/// Faults that are kept one by one; the rest is counted.
pub const FAULTS_MAX: usize = 1_000;
/// Bytes of an address; browsers refuse longer ones except for `data:`.
pub const URL_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Bytes of an address that is never sent anywhere, such as `data:`; what it holds is told by its beginning.
pub const LOCAL_URL_BYTES_MAX: usize = 1024;
/// Calls of one stack, asynchronous ones included.
pub const STACK_FRAMES_MAX: usize = 256;
/// Asynchronous turns of one stack.
pub const STACK_TURNS_MAX: usize = 64;
/// How often a script made a script that made a script.
pub const MADE_BY_DEPTH_MAX: usize = 8;
/// Calls kept of each stack that made a script.
pub const MADE_BY_FRAMES_MAX: usize = 16;
/// Messages of one WebSocket or event stream.
pub const MESSAGES_MAX: usize = 10_000;
/// Bytes of all messages of one WebSocket or event stream.
pub const MESSAGE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Steps of one chain.
pub const CHAIN_STEPS_MAX: usize = 256;
/// How deep tags nest in a tree; deeper ones stand beside the last that fits.
pub const TREE_DEPTH_MAX: usize = 128;
