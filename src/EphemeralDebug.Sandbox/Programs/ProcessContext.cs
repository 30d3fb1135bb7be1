using System.Text;

namespace EphemeralDebug.Sandbox.Programs;

/// <summary>What a running program has: arguments, streams, environment, and the container around it.</summary>
internal sealed record ProcessContext
{
    /// <summary>The name it was called by, and its arguments.</summary>
    internal required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Who complains: the program, or the shell that does its work.</summary>
    internal string Speaker { get => field ?? Arguments[0]; init; }

    internal required IReadOnlyDictionary<string, string> Environment { get; init; }

    internal required ProcessInput In { get; init; }

    internal required ProcessOutput Out { get; init; }

    internal required ProcessOutput Err { get; init; }

    /// <summary>The terminal; null where the process has none.</summary>
    internal Terminal? Terminal { get; init; }

    internal required ContainerView Container { get; init; }

    internal required int Pid { get; init; }

    internal string WorkingDirectory { get; init; } = "/";

    /// <summary>What it does about signals.</summary>
    internal SignalActions Actions { get; init; } = new();

    /// <summary>Cancelled by the first signal that it catches, for programs that end tidily.</summary>
    internal CancellationToken Terminating { get; init; }

    /// <summary>Cancelled when the process is killed; every wait of a program uses it.</summary>
    internal CancellationToken Killed { get; init; }

    internal ValueTask PrintAsync(string text) => Out.WriteAsync(text, Killed);

    internal ValueTask ComplainAsync(string text) => Err.WriteAsync($"{Speaker}: {text}\n", Killed);

    /// <summary>Opens a file for reading; null where there is none.</summary>
    internal ProcessInput? Open(string path)
    {
        string full = FullPath(path);
        return ProcFiles.Read(this, full) is { } text ? ProcessInput.From(Encoding.UTF8.GetBytes(text)) : Container.Files.Open(full);
    }

    /// <summary>The names in a folder, or the file's own; null where there is neither.</summary>
    internal IReadOnlyList<string>? List(string path)
    {
        string full = FullPath(path);
        return ProcFiles.Names(this, full) ?? Container.Files.Names(full) ?? (Exists(path) ? [path] : null);
    }

    internal bool Exists(string path) => Open(path) is not null || ProcFiles.ReadLink(this, FullPath(path)) is not null;

    internal bool IsDirectory(string path)
    {
        string full = FullPath(path);
        return ProcFiles.Names(this, full) is not null || Container.Files.IsDirectory(full);
    }

    /// <summary>Whether two paths lead to one file.</summary>
    internal bool AreSame(string one, string other)
    {
        (one, other) = (FullPath(one), FullPath(other));
        string? first = ProcFiles.ReadLink(this, one), second = ProcFiles.ReadLink(this, other);
        return first is null && second is null ? one == other && (Exists(one) || IsDirectory(one)) : first == second;
    }

    /// <summary>A path as this process understands it.</summary>
    internal string FullPath(string path) => path.StartsWith('/') ? path : $"{WorkingDirectory.TrimEnd('/')}/{path}";
}
