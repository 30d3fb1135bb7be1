using System.Collections.Concurrent;

namespace EphemeralDebug.Sandbox.Programs;

/// <summary>The few files that a simulated container has: what its programs wrote, bounded, and some that every Linux has.</summary>
internal sealed class ContainerFiles
{
    private const int LargestFile = 1 << 20;
    private const int MostFiles = 100;
    private static readonly string[] s_root = ["bin", "dev", "etc", "home", "proc", "root", "sys", "tmp", "usr", "var"];
    private readonly ConcurrentDictionary<string, byte[]> _files = new(StringComparer.Ordinal)
    {
        ["/etc/os-release"] = "NAME=\"EphemeralDebug sandbox\"\nID=sandbox\nPRETTY_NAME=\"A simulated container\"\n"u8.ToArray(),
        ["/etc/resolv.conf"] = "search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n"u8.ToArray(),
    };

    /// <summary>Opens a file for reading; null where there is none.</summary>
    internal ProcessInput? Open(string path) => path switch
    {
        "/dev/null" => ProcessInput.Empty,
        "/dev/zero" => ProcessInput.Zeros,
        _ => _files.TryGetValue(path, out byte[]? content) ? ProcessInput.From(content) : null,
    };

    /// <summary>Stores a file; false where it, or their number, is too large.</summary>
    internal bool Write(string path, byte[] content, bool append)
    {
        if (append && _files.TryGetValue(path, out byte[]? before)) content = [.. before, .. content];
        if (content.Length > LargestFile || (!_files.ContainsKey(path) && _files.Count >= MostFiles)) return false;
        _files[path] = content;
        return true;
    }

    internal bool Remove(string path) => _files.TryRemove(path, out _);

    internal bool Exists(string path) => path is "/dev/null" or "/dev/zero" || _files.ContainsKey(path);

    internal bool IsDirectory(string path) => Names(path) is { Count: > 0 };

    /// <summary>The names in a folder; null where it is none.</summary>
    internal IReadOnlyList<string>? Names(string path)
    {
        string prefix = path.TrimEnd('/') + "/";
        IEnumerable<string> names = _files.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(name => name[prefix.Length..].Split('/')[0]);
        if (prefix == "/") names = names.Concat(s_root);
        List<string> found = [.. names.Distinct().Order(StringComparer.Ordinal)];
        return found.Count == 0 && !s_root.Contains(path.Trim('/')) ? null : found;
    }
}
