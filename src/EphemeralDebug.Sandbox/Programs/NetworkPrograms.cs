namespace EphemeralDebug.Sandbox.Programs;

/// <summary>The programs that talk to the simulated network.</summary>
internal static class NetworkPrograms
{
    internal static async Task<int> WgetAsync(ProcessContext p)
    {
        List<string> words = [.. p.Arguments.Skip(1)];
        string? url = words.LastOrDefault(word => !word.StartsWith('-'));
        if (url is null)
        {
            await p.ComplainAsync("missing URL");
            return 1;
        }
        if (!Uri.TryCreate(url.Contains("://", StringComparison.Ordinal) ? url : "http://" + url, UriKind.Absolute, out Uri? address) || address.Scheme != "http")
        {
            await p.ComplainAsync($"bad address '{url}'");
            return 1;
        }
        bool quiet = words.Any(word => word.StartsWith("-q", StringComparison.Ordinal));
        if (p.Container.Network.Resolve(address.Host) is not { } ip)
        {
            await p.ComplainAsync($"bad address '{address.Host}'");
            return 1;
        }
        if (!quiet) await p.Err.WriteAsync($"Connecting to {address.Host} ({ip}:{address.Port})\n", p.Killed);
        if (p.Container.Network.Connect(ip, address.Port) is not { } site)
        {
            await p.ComplainAsync($"can't connect to remote host ({ip}): Connection refused");
            return 1;
        }
        string page = await site(address.AbsolutePath, p.Killed);
        if (words.Contains("--spider")) return 0;
        if (words.Any(word => word.EndsWith("O-", StringComparison.Ordinal)) || words.Contains("-"))
        {
            await p.PrintAsync(page);
            return 0;
        }
        string file = address.AbsolutePath.TrimStart('/') is { Length: > 0 } name ? name : "index.html";
        p.Container.Files.Write(p.FullPath(file), System.Text.Encoding.UTF8.GetBytes(page), append: false);
        if (!quiet) await p.Err.WriteAsync($"saving to '{file}'\n'{file}' saved\n", p.Killed);
        return 0;
    }

    internal static async Task<int> NslookupAsync(ProcessContext p)
    {
        if (p.Arguments.Count < 2) return 1;
        string name = p.Arguments[1];
        await p.PrintAsync("Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n");
        if (p.Container.Network.Resolve(name) is { } address)
        {
            await p.PrintAsync($"Name:\t{name}\nAddress: {address}\n\n");
            return 0;
        }
        await p.PrintAsync($"** server can't find {name}: NXDOMAIN\n\n");
        return 1;
    }
}
