namespace EphemeralDebug.Core.Debugging;

/// <summary>A file that takes what a process writes, byte for byte. What was in it is lost.</summary>
internal sealed class OutputFile : IAsyncDisposable
{
    private readonly FileStream _file;

    /// <exception cref="DebugException"><c>OutFileUnwritable</c></exception>
    internal OutputFile(string path)
    {
        try
        {
            _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 64 * 1024, useAsync: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure.OutFileUnwritable(path, e);
        }
    }

    /// <exception cref="DebugException"><c>OutFileUnwritable</c>: the disk is full, ...</exception>
    internal async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await _file.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw Failure.OutFileUnwritable(_file.Name, e);
        }
    }

    internal Task FlushAsync(CancellationToken cancellationToken) => _file.FlushAsync(cancellationToken);

    public ValueTask DisposeAsync() => _file.DisposeAsync();
}
