using EphemeralDebug.Core.Streams;

namespace EphemeralDebug.Core.Debugging;

/// <summary>Reads streams into memory while their time has not come, up to a bound; beyond it the process has to wait.</summary>
internal sealed class HeldStreams(IProcessStreams live, CancellationToken cancellationToken)
{
    private const int Most = 256 * 1024;

    private readonly List<(bool IsError, byte[] Bytes)> _pieces = [];
    private Task<StreamPiece?>? _next;
    private int _held;
    private bool _ended;

    /// <summary>What has come so far.</summary>
    internal LiveHead Head => new(All(isError: false), All(isError: true), _ended);

    internal bool HasBytes => _held > 0;

    internal bool HasEnded => _ended;

    /// <summary>Holds what comes until a task has ended; or until the first bytes or the end, where that is enough.</summary>
    internal async Task WhileAsync(Task task, bool untilBytes = false)
    {
        while (!_ended && _held < Most)
        {
            _next ??= live.ReadAsync(cancellationToken).AsTask();
            // What is there already is taken in any case.
            if (!_next.IsCompleted)
            {
                if (task.IsCompleted || (untilBytes && _held > 0)) break;
                await Task.WhenAny(_next, task).ConfigureAwait(false);
            }

            if (_next.IsCompleted) await TakeAsync().ConfigureAwait(false);
        }

        if (!untilBytes || (_held == 0 && !_ended)) await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Gives what is held, in order, without the first lines of each stream; then nothing is held any more.</summary>
    internal IEnumerable<StreamPiece> Release(int dropOutput, int dropError)
    {
        foreach ((bool isError, byte[] bytes) in _pieces)
        {
            ReadOnlyMemory<byte> rest = isError ? Drop(bytes, ref dropError) : Drop(bytes, ref dropOutput);
            if (!rest.IsEmpty) yield return new StreamPiece(isError, rest);
        }

        _pieces.Clear();
        _held = 0;
    }

    /// <summary>The read that was under way when holding ended; null where there was none.</summary>
    internal Task<StreamPiece?>? TakeRead()
    {
        Task<StreamPiece?>? read = _ended ? Task.FromResult<StreamPiece?>(null) : _next;
        _next = null;
        return read;
    }

    private async Task TakeAsync()
    {
        StreamPiece? piece = await _next!.ConfigureAwait(false);
        _next = null;
        if (piece is not { } bytes)
        {
            _ended = true;
            return;
        }

        _pieces.Add((bytes.IsError, bytes.Bytes.ToArray()));
        _held += bytes.Bytes.Length;
    }

    private byte[] All(bool isError) => [.. _pieces.Where(piece => piece.IsError == isError).SelectMany(piece => piece.Bytes)];

    private static ReadOnlyMemory<byte> Drop(ReadOnlyMemory<byte> bytes, ref int lines)
    {
        while (lines > 0)
        {
            int end = bytes.Span.IndexOf((byte)'\n');
            if (end < 0) return ReadOnlyMemory<byte>.Empty;
            bytes = bytes[(end + 1)..];
            lines--;
        }

        return bytes;
    }
}
