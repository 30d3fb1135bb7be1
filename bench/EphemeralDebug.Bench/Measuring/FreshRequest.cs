using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace EphemeralDebug.Bench.Measuring;

/// <summary>
/// The first request that a process makes over TLS, without PowerShell and without this module: what .NET takes before anybody else can take
/// something. Publish this program to measure with it: only then is it precompiled.
/// </summary>
internal static class FreshRequest
{
    internal const string Mode = "fresh-request";

    /// <summary>Makes it in a process of its own.</summary>
    internal static async Task<Cost> RunAsync(Uri server, CancellationToken cancellationToken)
    {
        ChildRun run = (await ChildProcess.RunAsync(Environment.ProcessPath!, [Mode, server.AbsoluteUri], cancellationToken: cancellationToken)).Checked("The fresh request");
        return JsonSerializer.Deserialize<Cost>(run.Output[^1]);
    }

    /// <summary>In the child: makes it, and says what it took.</summary>
    [SuppressMessage("Security", "CA5359", Justification = "Nothing is sent but the request, and nothing is made of the answer; the chain is verified all the same.")]
    internal static async Task MeasureAsync(string server)
    {
        using Process self = Process.GetCurrentProcess();
        long rest = self.WorkingSet64;
        TimeSpan before = Environment.CpuUsage.TotalTime;
        Stopwatch clock = Stopwatch.StartNew();
        using SocketsHttpHandler handler = new();
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        using HttpClient client = new(handler);
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(new Uri(server), "version")) { Version = new Version(2, 0) };
        // Whatever the server answers to somebody whom it does not know.
        using HttpResponseMessage response = await client.SendAsync(request);
        await response.Content.ReadAsByteArrayAsync();
        TimeSpan wall = clock.Elapsed;
        self.Refresh();
        Console.WriteLine(JsonSerializer.Serialize(new Cost(wall, Environment.CpuUsage.TotalTime - before, Math.Max(0, self.PeakWorkingSet64 - rest))));
    }
}
