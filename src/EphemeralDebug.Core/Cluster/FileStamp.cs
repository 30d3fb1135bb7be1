namespace EphemeralDebug.Core.Cluster;

/// <summary>A file as it was seen, behind links; another length or time means that it has changed. A missing file has length -1.</summary>
internal sealed record FileStamp(string Path, long Length, DateTime Written)
{
    internal static FileStamp Of(string path)
    {
        try
        {
            FileInfo file = new(path);
            // The times of a link are its own, whatever happens to the file behind it.
            if (file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target) file = target;
            return file.Exists ? new(path, file.Length, file.LastWriteTimeUtc) : Missing(path);
        }
        catch (IOException)
        {
            return Missing(path);
        }
    }

    private static FileStamp Missing(string path) => new(path, -1, default);
}
