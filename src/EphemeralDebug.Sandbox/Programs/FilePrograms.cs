namespace EphemeralDebug.Sandbox.Programs;

/// <summary>The programs that list, copy, make and remove files.</summary>
internal static class FilePrograms
{
    internal const string ReadOnly = "Read-only file system";

    internal static async Task<int> LsAsync(ProcessContext p)
    {
        List<string> paths = [.. p.Arguments.Skip(1).Where(argument => !argument.StartsWith('-'))];
        if (paths.Count == 0) paths.Add(p.WorkingDirectory);
        int code = 0;
        foreach (string path in paths)
        {
            IReadOnlyList<string>? names = p.List(path);
            if (names is not null)
            {
                await p.PrintAsync(string.Concat(names.Select(name => name + "\n")));
                continue;
            }
            await p.ComplainAsync($"{path}: No such file or directory");
            code = 1;
        }
        return code;
    }

    internal static async Task<int> RmAsync(ProcessContext p)
    {
        int code = 0;
        foreach (string path in p.Arguments.Skip(1).Where(argument => !argument.StartsWith('-')))
        {
            string full = p.FullPath(path);
            bool there = p.Container.Files.Exists(full);
            if (p.Container.Files.Remove(full) || (!there && p.Arguments.Any(argument => argument.StartsWith('-') && argument.Contains('f', StringComparison.Ordinal)))) continue;
            await p.ComplainAsync($"can't remove '{path}': {(there && p.Container.Files.IsReadOnly(full) ? ReadOnly : "No such file or directory")}");
            code = 1;
        }
        return code;
    }

    /// <summary>Copies files, and programs: a copy of one can be run wherever it is.</summary>
    internal static async Task<int> CpAsync(ProcessContext p)
    {
        List<string> paths = [.. p.Arguments.Skip(1).Where(argument => !argument.StartsWith('-'))];
        if (paths.Count < 2)
        {
            await p.ComplainAsync("missing file operand");
            return 1;
        }
        string target = p.FullPath(paths[^1]);
        bool folder = p.Container.Files.IsDirectory(target);
        int code = 0;
        foreach (string path in paths.SkipLast(1))
        {
            string source = p.FullPath(path), to = folder ? $"{target.TrimEnd('/')}/{source[(source.LastIndexOf('/') + 1)..]}" : target;
            StoredFile? file = p.Container.Files.Find(source) ?? (p.Container.Files.ProgramAt(source) is { } program ? new StoredFile([], program) : null);
            string? wrong = file is null ? $"can't stat '{path}': No such file or directory"
                : p.Container.Files.IsReadOnly(to) ? $"can't create '{to}': {ReadOnly}"
                : !p.Container.Files.IsDirectory(to[..Math.Max(1, to.LastIndexOf('/'))]) ? $"can't create '{to}': No such file or directory"
                : p.Container.Files.Write(to, file) ? null : $"can't create '{to}': No space left on device";
            if (wrong is null) continue;
            await p.ComplainAsync(wrong);
            code = 1;
        }
        return code;
    }

    internal static Task<int> MkdirAsync(ProcessContext p) => EachAsync(p, "can't create directory", p.Container.Files.AddFolder);

    internal static Task<int> TouchAsync(ProcessContext p) => EachAsync(p, "can't create", path =>
    {
        if (!p.Container.Files.Exists(path)) p.Container.Files.Write(path, [], append: false);
    });

    /// <summary>Every copied program can be run already; only that the file is there is looked at.</summary>
    internal static async Task<int> ChmodAsync(ProcessContext p)
    {
        int code = 0;
        foreach (string path in p.Arguments.Skip(2).Where(path => !p.Exists(path) && !p.IsDirectory(path) && p.Container.Files.ProgramAt(p.FullPath(path)) is null))
        {
            await p.ComplainAsync($"{path}: No such file or directory");
            code = 1;
        }
        return code;
    }

    private static async Task<int> EachAsync(ProcessContext p, string failure, Action<string> make)
    {
        int code = 0;
        foreach (string path in p.Arguments.Skip(1).Where(argument => !argument.StartsWith('-')))
        {
            string full = p.FullPath(path);
            if (!p.Container.Files.IsReadOnly(full))
            {
                make(full);
                continue;
            }
            await p.ComplainAsync($"{failure} '{path}': {ReadOnly}");
            code = 1;
        }
        return code;
    }
}
