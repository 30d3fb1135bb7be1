using System.Collections.Immutable;

namespace EphemeralDebug.Sandbox.Programs;

/// <summary>The few files that a simulated container has: those of its root, and of the volumes that are mounted in it.</summary>
internal sealed class ContainerFiles
{
    private static readonly string[] s_root = ["bin", "dev", "etc", "home", "proc", "root", "sys", "tmp", "usr", "var"];
    private readonly Mount _root;
    private readonly ImmutableArray<Mount> _mounts;

    /// <summary>A root with the files that every Linux has.</summary>
    internal ContainerFiles() : this(ImageRoot(new HashSet<string>()))
    {
    }

    internal ContainerFiles(FileTree root, bool readOnly = false, params ReadOnlySpan<Mount> mounts) : this(new Mount("", root, "", readOnly), [.. mounts])
    {
    }

    private ContainerFiles(Mount root, ImmutableArray<Mount> mounts)
    {
        _root = root;
        _mounts = mounts;
    }

    /// <summary>A tree at a path of a container.</summary>
    /// <param name="Path">Where; empty for the root.</param>
    /// <param name="Tree">What.</param>
    /// <param name="Inside">The part of the tree that is mounted; empty for all of it.</param>
    /// <param name="ReadOnly">Whether nothing can be written.</param>
    internal sealed record Mount(string Path, FileTree Tree, string Inside, bool ReadOnly);

    /// <summary>The root of a container of an image.</summary>
    internal static FileTree ImageRoot(IReadOnlySet<string> programs)
    {
        FileTree root = new(programs, s_root);
        root.Write("/etc/os-release", "NAME=\"EphemeralDebug sandbox\"\nID=sandbox\nPRETTY_NAME=\"A simulated container\"\n"u8.ToArray());
        root.Write("/etc/resolv.conf", "search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n"u8.ToArray());
        return root;
    }

    /// <summary>Opens a file for reading; null where there is none.</summary>
    internal ProcessInput? Open(string path) => path switch
    {
        "/dev/null" => ProcessInput.Empty,
        "/dev/zero" => ProcessInput.Zeros,
        _ => Find(path) is { } file ? ProcessInput.From(file.Content) : null,
    };

    internal StoredFile? Find(string path) => Resolve(path) is var (mount, inner) ? mount.Tree.Find(inner) : null;

    /// <summary>Stores a file; false where it, or their number, is too large, or nothing can be written there.</summary>
    internal bool Write(string path, byte[] content, bool append) => Resolve(path) is var (mount, inner) && !mount.ReadOnly && mount.Tree.Write(inner, content, append);

    internal bool Write(string path, StoredFile file) => Resolve(path) is var (mount, inner) && !mount.ReadOnly && mount.Tree.Write(inner, file);

    internal bool Remove(string path) => Resolve(path) is var (mount, inner) && !mount.ReadOnly && mount.Tree.Remove(inner);

    internal void AddFolder(string path)
    {
        if (Resolve(path) is var (mount, inner) && !mount.ReadOnly) mount.Tree.AddFolder(inner);
    }

    /// <summary>Whether a path is on a volume.</summary>
    internal bool IsMounted(string path) => Resolve(path).Mount != _root;

    internal bool IsReadOnly(string path) => Resolve(path).Mount.ReadOnly;

    internal bool Exists(string path) => path is "/dev/null" or "/dev/zero" || Find(path) is not null;

    internal bool IsDirectory(string path)
    {
        (Mount mount, string inner) = Resolve(path);
        string full = Normal(path);
        return mount.Tree.IsFolder(inner) || _mounts.Any(each => each.Path == full || each.Path.StartsWith(full.TrimEnd('/') + "/", StringComparison.Ordinal));
    }

    /// <summary>The names in a folder; null where it is none.</summary>
    internal IReadOnlyList<string>? Names(string path)
    {
        if (!IsDirectory(path)) return null;
        (Mount mount, string inner) = Resolve(path);
        string prefix = Normal(path).TrimEnd('/') + "/";
        IEnumerable<string> mounted = _mounts.Where(each => each.Path.StartsWith(prefix, StringComparison.Ordinal)).Select(each => each.Path[prefix.Length..].Split('/')[0]);
        return [.. mount.Tree.Names(inner).Concat(mounted).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>
    /// The program that a path leads to: one that was copied there, or one that the root of an image or a node has; null where it is none.
    /// </summary>
    internal string? ProgramAt(string path)
    {
        (Mount mount, string inner) = Resolve(path);
        if (mount.Tree.Find(inner) is { } file) return file.Program;
        string name = inner[(inner.LastIndexOf('/') + 1)..];
        return mount.Tree.Programs.Contains(name) ? name : null;
    }

    /// <summary>The files as they are for who has a folder as root; null where it is no folder.</summary>
    internal ContainerFiles? Below(string folder)
    {
        if (!IsDirectory(folder)) return null;
        (Mount mount, string inner) = Resolve(folder);
        string prefix = Normal(folder).TrimEnd('/') + "/";
        return new ContainerFiles(mount with { Path = "", Inside = inner.TrimEnd('/') },
            [.. _mounts.Where(each => each.Path.StartsWith(prefix, StringComparison.Ordinal)).Select(each => each with { Path = each.Path[(prefix.Length - 1)..] })]);
    }

    /// <summary>The programs of the root.</summary>
    internal IReadOnlySet<string> Programs => _root.Inside.Length == 0 ? _root.Tree.Programs : new HashSet<string>();

    private (Mount Mount, string Inner) Resolve(string path)
    {
        path = Normal(path);
        Mount mount = _mounts.Where(each => path == each.Path || path.StartsWith(each.Path + "/", StringComparison.Ordinal)).MaxBy(each => each.Path.Length) ?? _root;
        string inner = mount.Inside + path[mount.Path.Length..];
        return (mount, inner.Length == 0 ? "/" : inner);
    }

    /// <summary>A path without <c>.</c>, <c>..</c> and slashes that say nothing.</summary>
    private static string Normal(string path)
    {
        List<string> parts = [];
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..") parts.RemoveRange(Math.Max(0, parts.Count - 1), Math.Min(1, parts.Count));
            else if (part != ".") parts.Add(part);
        }
        return "/" + string.Join('/', parts);
    }
}
