using System.Globalization;

namespace EphemeralDebug.Sandbox.Programs;

/// <summary>The programs that run until they are told to stop.</summary>
internal static class ServerPrograms
{
    internal static async Task<int> NginxAsync(ProcessContext p)
    {
        ProcessEntry worker = p.Container.Processes.Add(new ProcessEntry
        {
            Parent = p.Pid, User = new ContainerUser(101, 101, [101]), Arguments = ["nginx: worker process"], Name = "nginx", MountNamespace = p.Container.MountNamespace,
        });
        try
        {
            await p.PrintAsync("/docker-entrypoint.sh: Configuration complete; ready for start up\n");
            foreach (string line in (string[])["using the \"epoll\" event method", "nginx/1.29.3", "start worker processes", $"start worker process {worker.Pid}"])
            {
                await p.Err.WriteAsync($"{Now(p, "yyyy/MM/dd HH:mm:ss")} [notice] {p.Pid}#{p.Pid}: {line}\n", p.Killed);
            }
            using IDisposable listening = p.Container.Network.Listen(Port(p), async (path, cancellationToken) =>
            {
                await p.Out.WriteAsync($"127.0.0.1 - - [{Now(p, "dd/MMM/yyyy:HH:mm:ss +0000")}] \"GET {path} HTTP/1.1\" 200 50\n", cancellationToken);
                return "<html><body><h1>Welcome to nginx!</h1></body></html>\n";
            });
            await UntilTerminatedAsync(p, Timeout.InfiniteTimeSpan);
            return 0;
        }
        finally
        {
            p.Container.Processes.Remove(worker);
        }
    }

    /// <summary>A web application that logs what it does; <c>LOG_INTERVAL</c> is the time between two heartbeats in seconds.</summary>
    internal static async Task<int> SampleAppAsync(ProcessContext p)
    {
        int port = Port(p), served = 0;
        await LogAsync(p, $"starting, listening on :{port}");
        using IDisposable listening = p.Container.Network.Listen(port, async (path, cancellationToken) =>
        {
            int count = Interlocked.Increment(ref served);
            await p.Out.WriteAsync($"{Now(p, "yyyy-MM-ddTHH:mm:ss.fffZ")} INFO GET {path} 200 #{count}\n", cancellationToken);
            return $"Hello from {p.Container.Hostname}\n";
        });
        TimeSpan interval = TimeSpan.FromSeconds(double.TryParse(p.Environment.GetValueOrDefault("LOG_INTERVAL"), CultureInfo.InvariantCulture, out double seconds) ? seconds : 5);
        while (!await UntilTerminatedAsync(p, interval)) await LogAsync(p, $"healthy, {served} requests served");
        await LogAsync(p, "SIGTERM, shutting down");
        return 0;
    }

    /// <summary>Any system component: says that it started, and stays.</summary>
    internal static async Task<int> DaemonAsync(ProcessContext p)
    {
        await LogAsync(p, "started");
        await UntilTerminatedAsync(p, Timeout.InfiniteTimeSpan);
        return 0;
    }

    internal static async Task<int> PauseAsync(ProcessContext p)
    {
        await UntilTerminatedAsync(p, Timeout.InfiniteTimeSpan);
        return 0;
    }

    /// <summary>Waits; true once the process shall end.</summary>
    private static async Task<bool> UntilTerminatedAsync(ProcessContext p, TimeSpan time)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(p.Terminating, p.Killed);
        await Task.Delay(time, p.Container.Time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        p.Killed.ThrowIfCancellationRequested();
        return p.Terminating.IsCancellationRequested;
    }

    private static ValueTask LogAsync(ProcessContext p, string message) => p.PrintAsync($"{Now(p, "yyyy-MM-ddTHH:mm:ss.fffZ")} INFO {message}\n");

    private static int Port(ProcessContext p) =>
        int.TryParse(p.Environment.GetValueOrDefault("PORT"), CultureInfo.InvariantCulture, out int port) ? port : 80;

    private static string Now(ProcessContext p, string format) => p.Container.Time.GetUtcNow().ToString(format, CultureInfo.InvariantCulture);
}
