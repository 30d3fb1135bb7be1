using System.Globalization;

namespace EphemeralDebug.Sandbox.Programs;

/// <summary>The programs of a Windows node, as far as a look at a prompt needs them.</summary>
internal static class WindowsPrograms
{
    /// <summary>A prompt that knows a few commands, or one line of them by <c>-Command</c>.</summary>
    internal static async Task<int> PowerShellAsync(ProcessContext p)
    {
        int at = p.Arguments.ToList().FindIndex(argument => argument.Equals("-Command", StringComparison.OrdinalIgnoreCase) || argument.Equals("-c", StringComparison.OrdinalIgnoreCase));
        if (at >= 0)
        {
            (int? exit, bool succeeded) = await RunPowerShellAsync(p, string.Join(' ', p.Arguments.Skip(at + 1)));
            return exit ?? (succeeded ? 0 : 1);
        }
        if (!p.Arguments.Contains("-NoLogo", StringComparer.OrdinalIgnoreCase))
            await p.PrintAsync("Windows PowerShell\r\nCopyright (C) Microsoft Corporation. All rights reserved.\r\n\r\n");
        return await PromptAsync(p, @"PS C:\> ", async line => (await RunPowerShellAsync(p, line)).Exit);
    }

    internal static async Task<int> CmdAsync(ProcessContext p)
    {
        if (p.Arguments.Count > 2 && p.Arguments[1].Equals("/c", StringComparison.OrdinalIgnoreCase)) return await RunCmdAsync(p, string.Join(' ', p.Arguments.Skip(2))) ?? 0;
        await p.PrintAsync("Microsoft Windows [Version 10.0.20348.2762]\r\n(c) Microsoft Corporation. All rights reserved.\r\n\r\n");
        return await PromptAsync(p, @"C:\>", line => RunCmdAsync(p, line));
    }

    /// <summary>Asks a host four times, or with <c>-t</c> for ever; with <c>-n</c> as often as it says.</summary>
    internal static async Task<int> PingAsync(ProcessContext p)
    {
        List<string> words = [.. p.Arguments.Skip(1)];
        int at = words.FindIndex(word => word is "-n" or "/n");
        int times = words.Contains("-t") ? int.MaxValue : at >= 0 && at + 1 < words.Count && int.TryParse(words[at + 1], CultureInfo.InvariantCulture, out int number) ? number : 4;
        string host = words.LastOrDefault(word => !word.StartsWith('-') && !int.TryParse(word, CultureInfo.InvariantCulture, out _)) ?? "localhost";
        if (p.Container.Network.Resolve(host) is not { } address)
        {
            await p.PrintAsync($"Ping request could not find host {host}. Please check the name and try again.\r\n");
            return 1;
        }
        await p.PrintAsync($"\r\nPinging {host} [{address}] with 32 bytes of data:\r\n");
        for (int i = 0; i < times; i++)
        {
            if (i > 0) await Task.Delay(TimeSpan.FromSeconds(1), p.Container.Time, p.Killed);
            await p.PrintAsync($"Reply from {address}: bytes=32 time<1ms TTL=128\r\n");
        }
        return 0;
    }

    private static async Task<int> PromptAsync(ProcessContext p, string prompt, Func<string, Task<int?>> run)
    {
        while (true)
        {
            await p.PrintAsync(prompt);
            if (await p.In.ReadLineAsync(p.Killed) is not { } line) return 0;
            if (await run(line.Trim()) is { } code) return code;
        }
    }

    /// <summary>Runs a line of statements; the code where one ends the session, and whether the last one succeeded.</summary>
    private static async Task<(int? Exit, bool Succeeded)> RunPowerShellAsync(ProcessContext p, string line)
    {
        bool succeeded = true;
        foreach (string statement in line.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            (int? exit, succeeded) = await RunStatementAsync(p, statement);
            if (exit is not null) return (exit, succeeded);
        }
        return (null, succeeded);
    }

    private static async Task<(int? Exit, bool Succeeded)> RunStatementAsync(ProcessContext p, string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        switch (words[0].ToLowerInvariant())
        {
            case "exit":
                return words.Length > 1 && int.TryParse(words[1], CultureInfo.InvariantCulture, out int code) ? (code, true) : (0, true);
            case "$psversiontable.psversion":
                await p.PrintAsync("\r\nMajor  Minor  Build  Revision\r\n-----  -----  -----  --------\r\n5      1      20348  2760\r\n\r\n");
                return (null, true);
            case "get-process":
                await p.PrintAsync("\r\nHandles  NPM(K)    PM(K)      WS(K)     CPU(s)     Id  SI ProcessName\r\n"
                    + "-------  ------    -----      -----     ------     --  -- -----------\r\n"
                    + "    512      32    48212      61440      12.03   1204   0 containerd\r\n"
                    + "    640      41    73020      90112      40.55   1388   0 kubelet\r\n\r\n");
                return (null, true);
            case "write-output" or "echo":
                await p.PrintAsync(string.Join(' ', words.Skip(1)).Trim('\'', '"') + "\r\n");
                return (null, true);
        }
        if (await TryProgramAsync(p, words)) return (null, true);
        await p.Err.WriteAsync($"{words[0]} : The term '{words[0]}' is not recognized as the name of a cmdlet, function, script file, or operable program.\r\n", p.Killed);
        return (null, false);
    }

    private static async Task<int?> RunCmdAsync(ProcessContext p, string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        switch (words.FirstOrDefault()?.ToLowerInvariant())
        {
            case null:
                return null;
            case "exit":
                return int.TryParse(words[^1], CultureInfo.InvariantCulture, out int code) ? code : 0;
            case "ver":
                await p.PrintAsync("\r\nMicrosoft Windows [Version 10.0.20348.2762]\r\n");
                return null;
            case "echo":
                await p.PrintAsync(string.Join(' ', words.Skip(1)) + "\r\n");
                return null;
        }
        if (await TryProgramAsync(p, words)) return null;
        await p.Err.WriteAsync($"'{words[0]}' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n", p.Killed);
        return null;
    }

    private static async Task<bool> TryProgramAsync(ProcessContext p, string[] words)
    {
        if (p.Container.Find(words[0]) is not { } program) return false;
        await program.Run(p with { Arguments = words });
        return true;
    }
}
