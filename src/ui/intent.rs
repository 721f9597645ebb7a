//! What a key means.

/// Something the person at the keys wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Intent {
    /// Start the step under the cursor, or open what can be done about it.
    Act,
    /// Tick the check under the cursor, or take the tick back.
    Tick,
    /// Tick the check under the cursor, with a remark.
    TickWithRemark,
    /// Say that the step under the cursor is not as it should be.
    Fail,
    /// Leave the step under the cursor out.
    Skip,
    /// Say that the step under the cursor was done by hand.
    Done,
    /// Try the step under the cursor again.
    Retry,
    /// Look again for how the step under the cursor ended.
    Look,
    /// Stop the step under the cursor.
    Stop,
    /// Type a line into the terminal of the step under the cursor.
    Type,
    /// Hold the run, or release it.
    Hold,
    /// Say go.
    Go,
    /// Say no-go.
    NoGo,
    /// Let the run go on by itself, or not.
    Auto,
    /// Open the way back.
    RollBack,
    /// Write something down.
    Note,
    /// Give a variable its value.
    SetValue,
    /// Approve what a gate asks for.
    Approve,
    /// Take an alert as it is.
    Accept,
    /// Take the wheel.
    Take,
    /// End the run.
    Finish,
    /// Cancel the statement of the session under the cursor, or of whoever blocks us.
    CancelBackend,
    /// End the session under the cursor, or whoever blocks us.
    TerminateBackend,
    /// Up one line.
    Up,
    /// Down one line.
    Down,
    /// Up one page.
    PageUp,
    /// Down one page.
    PageDown,
    /// To the beginning.
    Top,
    /// To the end; in the output: follow it.
    Bottom,
    /// Close the phase under the cursor.
    Collapse,
    /// Open the phase under the cursor.
    Expand,
    /// The keys to the next panel.
    FocusNext,
    /// The keys to the panel before.
    FocusPrevious,
    /// The panel with the keys over the whole screen, or back.
    Zoom,
    /// The next of the outputs of the step under the cursor.
    NextOutput,
    /// Wrap long lines of the output, or cut them.
    Wrap,
    /// Search the output.
    Search,
    /// The next match.
    SearchNext,
    /// The match before.
    SearchPrevious,
    /// The next database.
    NextDatabase,
    /// Another panel in the lower place of the database's column.
    NextPanel,
    /// The one before it.
    PreviousPanel,
    /// The keys.
    Help,
    /// Out of whatever is open; else back to where the run is.
    Back,
    /// Leave the screen.
    Quit,
    /// Stop this program and let the shell have the terminal.
    Suspend,
}
