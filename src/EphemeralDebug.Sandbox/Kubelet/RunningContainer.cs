using System.Buffers;
using System.Collections.Immutable;
using System.IO.Pipelines;

namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>A container that was started: its output goes to its log and to everyone who is attached.</summary>
internal sealed class RunningContainer
{
    private readonly Lock _lock = new();
    private ImmutableArray<AttachedClient> _clients = [];
    private bool _outputEnded;
    private bool _errorEnded;

    internal RunningContainer(ContainerProcess process, ContainerLog log, bool tty, bool stdinOnce)
    {
        Process = process;
        Tty = tty;
        StdinOnce = stdinOnce;
        Completed = CompleteAsync(log);
    }

    internal ContainerProcess Process { get; }

    internal bool Tty { get; }

    internal bool StdinOnce { get; }

    /// <summary>The exit code, after all output has been logged and delivered.</summary>
    internal Task<int> Completed { get; }

    /// <summary>Adds someone who sees all output from now on. A slow one slows the container.</summary>
    internal AttachedClient Attach(bool output, bool error)
    {
        AttachedClient client = new(output, error && !Tty);
        lock (_lock)
        {
            if (_outputEnded) client.Output?.Writer.Complete();
            if (_errorEnded) client.Error?.Writer.Complete();
            _clients = _clients.Add(client);
        }
        return client;
    }

    /// <summary>Removes one; the container waits for it no longer.</summary>
    internal void Detach(AttachedClient client)
    {
        lock (_lock) _clients = _clients.Remove(client);
        client.Output?.Reader.Complete();
        client.Error?.Reader.Complete();
    }

    private async Task<int> CompleteAsync(ContainerLog log)
    {
        Task output = PumpAsync(Process.Output, log.OpenWriter(Tty), client => client.Output, () => _outputEnded = true);
        if (Process.Error is null) EndStream(client => client.Error, () => _errorEnded = true);
        else await PumpAsync(Process.Error, log.OpenWriter(Tty), client => client.Error, () => _errorEnded = true);
        await output;
        log.End();
        return await Process.Exited;
    }

    private async Task PumpAsync(PipeReader reader, ContainerLog.Writer log, Func<AttachedClient, Pipe?> stream, Action ended)
    {
        while (true)
        {
            ReadResult read = await reader.ReadAsync();
            foreach (ReadOnlyMemory<byte> bytes in read.Buffer)
            {
                log.Append(bytes.Span);
                foreach (AttachedClient client in _clients)
                {
                    if (stream(client) is { } pipe) await pipe.Writer.WriteAsync(bytes);
                }
            }
            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) break;
        }
        log.Flush();
        await reader.CompleteAsync();
        EndStream(stream, ended);
    }

    private void EndStream(Func<AttachedClient, Pipe?> stream, Action ended)
    {
        lock (_lock)
        {
            ended();
            foreach (AttachedClient client in _clients) stream(client)?.Writer.Complete();
        }
    }
}

/// <summary>Someone attached to a container: pipes of what they asked for.</summary>
internal sealed class AttachedClient(bool output, bool error)
{
    internal Pipe? Output { get; } = output ? new Pipe() : null;

    internal Pipe? Error { get; } = error ? new Pipe() : null;
}
