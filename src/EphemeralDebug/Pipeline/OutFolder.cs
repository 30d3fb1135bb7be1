using EphemeralDebug.Core;
using EphemeralDebug.Core.Specs;

namespace EphemeralDebug.Pipeline;

/// <summary>The folder that holds a file of output for each target of a command.</summary>
internal static class OutFolder
{
    /// <summary>Makes it where it does not exist, and gives it back.</summary>
    /// <exception cref="DebugException">It cannot be made.</exception>
    internal static string Make(string path)
    {
        try
        {
            return Directory.CreateDirectory(path).FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure.OutFileUnwritable(path, e);
        }
    }

    /// <summary>The file of one target: <c>NAMESPACE_POD.out</c>, <c>NAMESPACE_POD_CONTAINER.out</c>, <c>node_NODE.out</c>.</summary>
    /// <exception cref="DebugException">A name can be none: it could lead out of the folder.</exception>
    internal static string FileOf(string folder, DebugCommandResult target)
    {
        string[] names = target.Node is { } node ? ["node", node] : [target.Namespace!, target.Pod!, .. target.Container is { } container ? [container] : Array.Empty<string>()];
        foreach (string name in names)
            if (!NameRules.IsSubdomain(name)) throw Failure.InvalidObjectName("pod, node or container", name);
        return Path.Combine(folder, string.Join('_', names) + ".out");
    }
}
