using System.Buffers;
using EphemeralDebug.Core.Streams;
using EphemeralDebug.Core.Terminal;

namespace EphemeralDebug.Core.Debugging;

/// <summary>
/// A session at a terminal with a process that has none: what is typed goes to its standard input line by line, and what it writes comes to
/// the screen. Ctrl+C leaves; so does Ctrl+D on an empty line, where it cannot end the input.
/// </summary>
public static class LineSession
{
    /// <summary>Runs it until the streams end, the user leaves, or the terminal is gone.</summary>
    /// <param name="streams">The streams of a process that has standard input and no terminal.</param>
    /// <param name="terminal">The local one; raw while the session lasts.</param>
    /// <param name="detach">The keys that end the session and not the process.</param>
    /// <param name="endsInput">Whether the end of the input can be told to the process.</param>
    /// <param name="cancellationToken">Ends it, and closes the connection.</param>
    /// <exception cref="DebugException">The terminal cannot be set.</exception>
    public static async Task<SessionLeave> RunAsync(
        IProcessStreams streams, ITerminal terminal, DetachKeys detach, bool endsInput, CancellationToken cancellationToken)
    {
        Typist typist = new(streams, detach, endsInput);
        StreamEnd? end = await TerminalSession.RunAsync(streams, terminal, new LineEnds().Take, typist.RunAsync, cancellationToken).ConfigureAwait(false);
        return new SessionLeave(end, typist.HasEndedInput);
    }

    private sealed class Typist(IProcessStreams streams, DetachKeys detach, bool endsInput)
    {
        private readonly DetachMatcher _detach = new(detach);
        private readonly LineDiscipline _discipline = new();

        internal bool HasEndedInput { get; private set; }

        /// <summary>Ends when the user leaves, or the terminal is gone.</summary>
        internal async Task RunAsync(IRawTerminal raw, CancellationToken cancellationToken)
        {
            byte[] buffer = new byte[4096];
            // A process that does not read must keep nobody from leaving: the lines wait, not the keys.
            Task sent = Task.CompletedTask;
            while (!_detach.IsDetached && await raw.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and int count)
            {
                ArrayBufferWriter<byte> passed = new(), echo = new(), lines = new();
                _detach.Take(buffer.AsSpan(0, count), passed);
                LineSignal signal = _discipline.Take(passed.WrittenSpan, echo, lines);
                if (!HasEndedInput)
                {
                    await raw.WriteAsync(echo.WrittenMemory, cancellationToken).ConfigureAwait(false);
                    if (lines.WrittenCount > 0) sent = SendAsync(sent, lines.WrittenMemory, cancellationToken);
                }

                if (signal == LineSignal.Interrupt || (signal == LineSignal.EndOfInput && !endsInput)) return;
                if (signal != LineSignal.EndOfInput || HasEndedInput) continue;
                HasEndedInput = true;
                sent = EndAsync(sent, cancellationToken);
            }
        }

        private async Task SendAsync(Task before, ReadOnlyMemory<byte> lines, CancellationToken cancellationToken)
        {
            await before.ConfigureAwait(false);
            await streams.WriteAsync(lines, cancellationToken).ConfigureAwait(false);
        }

        private async Task EndAsync(Task before, CancellationToken cancellationToken)
        {
            await before.ConfigureAwait(false);
            await streams.EndInputAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
