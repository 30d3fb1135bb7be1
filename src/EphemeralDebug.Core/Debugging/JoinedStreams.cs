using System.Diagnostics;
using System.Runtime.CompilerServices;
using EphemeralDebug.Core.Streams;
using EphemeralDebug.Core.Terminal;

namespace EphemeralDebug.Core.Debugging;

/// <summary>
/// The streams of a container from its first byte on: what was written before the attach comes first, from the log, then what comes
/// live. The live bytes are held meanwhile, for about a second at most; see <see cref="LogJoin"/> for how both are joined.
/// </summary>
internal sealed class JoinedStreams : IProcessStreams
{
    // When a silent container's log is looked at: it may lag, and what it brings late belongs before the live bytes.
    private static readonly int[] s_looks = [20, 50, 150, 400, 800];

    private readonly IProcessStreams _live;
    private readonly Func<CancellationToken, Task<byte[]>> _readLog;
    private readonly Func<string, ValueTask> _warn;
    private readonly bool _terminal;
    private readonly bool _input;
    private readonly CancellationTokenSource _cancelled = new();
    private readonly HeldStreams _held;
    private IAsyncEnumerator<StreamPiece>? _joining;
    private Task<StreamPiece?>? _read;

    /// <param name="live">The streams of the attach; disposed with this.</param>
    /// <param name="readLog">Reads the log from its beginning.</param>
    /// <param name="terminal">Whether somebody sits before it: then the log's lines get a terminal's ends, and nobody waits long for a log that cannot be read yet.</param>
    /// <param name="warn">Hears why something cannot be shown.</param>
    /// <param name="input">
    /// Whether input is being sent. What it brings forth comes live, even where the log has it a moment sooner; and only the live streams tell
    /// standard error from output. So the log waits for them.
    /// </param>
    internal JoinedStreams(IProcessStreams live, Func<CancellationToken, Task<byte[]>> readLog, bool terminal, Func<string, ValueTask> warn, bool input = false)
    {
        (_live, _readLog, _terminal, _input, _warn) = (live, readLog, terminal, input && !terminal, warn);
        _held = new HeldStreams(live, _cancelled.Token);
        _joining = JoinAsync(_cancelled.Token).GetAsyncEnumerator(CancellationToken.None);
    }

    public bool CanEndInput => _live.CanEndInput;

    public StreamEnd? End => _joining is null ? _live.End : null;

    public async ValueTask<StreamPiece?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_joining is null && _read is null) return await _live.ReadAsync(cancellationToken).ConfigureAwait(false);
        using CancellationTokenRegistration registration = cancellationToken.Register(_cancelled.Cancel);
        try
        {
            if (_joining is { } joining)
            {
                if (await joining.MoveNextAsync().ConfigureAwait(false)) return joining.Current;
                await joining.DisposeAsync().ConfigureAwait(false);
                (_joining, _read) = (null, _held.TakeRead());
            }

            Task<StreamPiece?> read = _read ?? _live.ReadAsync(_cancelled.Token).AsTask();
            _read = null;
            return await read.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await _live.DisposeAsync().ConfigureAwait(false);
            throw new OperationCanceledException(cancellationToken);
        }
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> input, CancellationToken cancellationToken) => _live.WriteAsync(input, cancellationToken);

    public ValueTask EndInputAsync(CancellationToken cancellationToken) => _live.EndInputAsync(cancellationToken);

    public ValueTask ResizeAsync(TerminalSize size, CancellationToken cancellationToken) => _live.ResizeAsync(size, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _cancelled.CancelAsync().ConfigureAwait(false);
        await _live.DisposeAsync().ConfigureAwait(false);
        _cancelled.Dispose();
    }

    private async IAsyncEnumerable<StreamPiece> JoinAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Stopwatch waited = Stopwatch.StartNew();
        int shown = 0;
        bool confirmed = false;
        JoinStep step = default;
        LineEnds ends = new();
        for (int look = 0; !step.Done; look++)
        {
            if (await LookAsync(waited, cancellationToken).ConfigureAwait(false) is not { } log) break;
            bool last = look >= s_looks.Length || (_held.HasEnded && look >= 3);
            step = _input && !last && !_held.HasBytes ? new JoinStep(shown, Done: false) : LogJoin.Next(log, _held.Head, shown, last, _input);
            if (step.IsDoubtful && !confirmed && !last) (step, confirmed) = (new JoinStep(shown, Done: false), true);
            if (step.Show > shown)
            {
                ReadOnlyMemory<byte> more = log.AsMemory(shown, step.Show - shown);
                yield return new StreamPiece(IsError: false, _terminal ? ends.Take(more) : more);
            }

            shown = Math.Max(shown, step.Show);
            if (step.Done || look >= s_looks.Length) break;
            bool silent = !_held.HasBytes && !_held.HasEnded;
            await _held.WhileAsync(Task.Delay(silent ? s_looks[look] : Math.Min(s_looks[look], 100), cancellationToken), untilBytes: silent).ConfigureAwait(false);
        }

        foreach (StreamPiece piece in _held.Release(step.DropOutput, step.DropError)) yield return piece;
    }

    /// <summary>Reads the log, and holds meanwhile what comes live; null where it cannot be read.</summary>
    private async Task<byte[]?> LookAsync(Stopwatch waited, CancellationToken cancellationToken)
    {
        TimeSpan patience = TimeSpan.FromMilliseconds(_terminal ? 300 : 5000);
        while (true)
        {
            Task<byte[]> reading = _readLog(cancellationToken);
            await _held.WhileAsync(reading).ConfigureAwait(false);
            try
            {
                return await reading.ConfigureAwait(false);
            }
            catch (DebugException e) when (e.StatusCode == 400 && waited.Elapsed < patience)
            {
                // "is waiting to start": the kubelet does not know yet what the runtime does.
                await _held.WhileAsync(Task.Delay(50, cancellationToken)).ConfigureAwait(false);
            }
            catch (DebugException e)
            {
                await _warn($"What the container wrote before it was attached to cannot be shown: {e.Message}").ConfigureAwait(false);
                return null;
            }
        }
    }
}
