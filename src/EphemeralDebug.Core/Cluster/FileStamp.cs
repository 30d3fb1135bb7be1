namespace EphemeralDebug.Core.Cluster;

/// <summary>A file as it was seen; another length or time means that it has changed. A missing file has length -1.</summary>
internal sealed record FileStamp(string Path, long Length, DateTime Written)
{
    internal static FileStamp Of(string path)
    {
        FileInfo file = new(path);
        return file.Exists ? new(path, file.Length, file.LastWriteTimeUtc) : new(path, -1, default);
    }
}
