using System.Collections.Concurrent;

namespace EphemeralDebug.Sandbox.Programs;

/// <summary>A file: bytes, or one of the simulated programs, wherever it was copied to.</summary>
internal sealed record StoredFile(byte[] Content, string? Program = null);

/// <summary>A tree of files, bounded: the root of an image or of a node, or a volume.</summary>
internal sealed class FileTree
{
    private const int LargestFile = 1 << 20;
    private const int MostFiles = 100;
    private readonly ConcurrentDictionary<string, StoredFile> _files = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _folders = new(StringComparer.Ordinal);

    /// <summary>An empty volume.</summary>
    internal FileTree() => Programs = new HashSet<string>();

    /// <summary>A root with programs in its <c>/bin</c> and such, and empty folders.</summary>
    internal FileTree(IReadOnlySet<string> programs, params IEnumerable<string> folders)
    {
        Programs = programs;
        foreach (string folder in folders) AddFolder("/" + folder);
    }

    /// <summary>The programs that come with it, by name; they have no files of their own.</summary>
    internal IReadOnlySet<string> Programs { get; }

    internal StoredFile? Find(string path) => _files.GetValueOrDefault(path);

    /// <summary>Stores a file; false where it, or their number, is too large.</summary>
    internal bool Write(string path, byte[] content, bool append = false)
    {
        if (append && Find(path) is { } before) content = [.. before.Content, .. content];
        return Write(path, new StoredFile(content));
    }

    internal bool Write(string path, StoredFile file)
    {
        if (file.Content.Length > LargestFile || (!_files.ContainsKey(path) && _files.Count >= MostFiles)) return false;
        _files[path] = file;
        return true;
    }

    internal bool Remove(string path) => _files.TryRemove(path, out _) || _folders.TryRemove(path, out _);

    internal void AddFolder(string path) => _folders[path] = true;

    internal bool IsFolder(string path) => path == "/" || _folders.ContainsKey(path) || _files.Keys.Any(name => name.StartsWith(path + "/", StringComparison.Ordinal));

    /// <summary>The names in a folder; none where it is none.</summary>
    internal IEnumerable<string> Names(string path)
    {
        string prefix = path.TrimEnd('/') + "/";
        return _files.Keys.Concat(_folders.Keys).Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => name[prefix.Length..].Split('/')[0]);
    }
}
