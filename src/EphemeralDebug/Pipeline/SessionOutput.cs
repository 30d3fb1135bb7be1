using System.Management.Automation;
using EphemeralDebug.Core;
using EphemeralDebug.Core.Debugging;
using EphemeralDebug.Core.Streams;
using EphemeralDebug.Errors;

namespace EphemeralDebug.Pipeline;

/// <summary>Where the output of a session without a terminal goes: lines or bytes to the pipeline, or a file; standard error to the error stream.</summary>
internal sealed class SessionOutput : IAsyncDisposable
{
    private readonly Pump.Voice _voice;
    private readonly bool _asBytes;
    private readonly OutputFile? _file;
    private readonly LineReader _output = new();
    private readonly LineReader _errors = new();

    /// <param name="voice">Speaks for the cmdlet.</param>
    /// <param name="asBytes">Whether output comes as bytes instead of lines.</param>
    /// <param name="outFile">The file that takes the output instead; null for none.</param>
    /// <exception cref="DebugException">The file cannot be written.</exception>
    internal SessionOutput(Pump.Voice voice, bool asBytes, string? outFile)
    {
        (_voice, _asBytes) = (voice, asBytes);
        _file = outFile is null ? null : new OutputFile(outFile);
    }

    internal async ValueTask WriteAsync(StreamPiece piece, CancellationToken cancellationToken)
    {
        if (piece.IsError)
        {
            foreach (string line in _errors.Take(piece.Bytes.Span)) await _voice.ErrorAsync(ErrorRecords.FromStandardError(line)).ConfigureAwait(false);
        }
        else if (_file is not null)
        {
            await _file.WriteAsync(piece.Bytes, cancellationToken).ConfigureAwait(false);
        }
        else if (_asBytes)
        {
            await _voice.BytesAsync(piece.Bytes.ToArray()).ConfigureAwait(false);
        }
        else
        {
            foreach (string line in _output.Take(piece.Bytes.Span)) await _voice.ObjectAsync(line).ConfigureAwait(false);
        }

        // Whoever listened may have gone.
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Gives what is left of unfinished lines.</summary>
    internal async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        if (_output.Rest() is { } line) await _voice.ObjectAsync(line).ConfigureAwait(false);
        if (_errors.Rest() is { } error) await _voice.ErrorAsync(ErrorRecords.FromStandardError(error)).ConfigureAwait(false);
        if (_file is not null) await _file.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => _file?.DisposeAsync() ?? ValueTask.CompletedTask;
}
