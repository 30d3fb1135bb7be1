using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>Answers attach and exec: who is refused and how, and the stream until it ends.</summary>
internal sealed class PodStreams(KubeletOptions options, CancellationToken stopping)
{
    private static readonly TimeSpan s_closeTime = TimeSpan.FromSeconds(5);

    internal async Task AttachAsync(HttpContext context, JsonObject pod, PodWorker? worker)
    {
        if (await ChooseAsync(context, pod) is not { } name) return;
        if (worker?.Find(name) is not { IsRunning: true, Current: { } running })
        {
            await StatusAnswer.PlainAsync(context, 500, $"container {name} not found in pod {PodFullName(pod)}");
            return;
        }
        StreamFault? fault = options.StreamFault?.Invoke(Identity(pod, name));
        if (Negotiate(context, fault) is not { } protocol) return;
        StreamRequest request = StreamRequest.Read(context.Request.Query);
        // Attached before the client hears so: what comes out from then on is the client's.
        AttachedClient client = running.Attach(request.Stdout, request.Stderr);
        try
        {
            await RunAsync(context, protocol, fault, (socket, session) => AttachAsync(context, socket, request, running, client, session));
        }
        finally
        {
            running.Detach(client);
        }
    }

    internal async Task ExecAsync(HttpContext context, JsonObject pod, PodWorker? worker)
    {
        if (await ChooseAsync(context, pod) is not { } name) return;
        if (worker?.Find(name) is not { IsRunning: true, Start: { } host })
        {
            await StatusAnswer.PlainAsync(context, 500, $"container not found (\"{name}\")");
            return;
        }
        StreamFault? fault = options.StreamFault?.Invoke(Identity(pod, name));
        if (Negotiate(context, fault) is not { } protocol) return;
        StreamRequest request = StreamRequest.Read(context.Request.Query);
        await RunAsync(context, protocol, fault, (socket, session) => ExecAsync(context, socket, request, host, session));
    }

    private static async Task AttachAsync(
        HttpContext context, ChannelSocket socket, StreamRequest request, RunningContainer running, AttachedClient client, CancellationTokenSource session)
    {
        using CancellationTokenSource detached = CancellationTokenSource.CreateLinkedTokenSource(session.Token);
        Task input = ReceiveAsync(socket, request, running.Process, EndInputAsync, session, detached.Token);
        try
        {
            try
            {
                await Task.WhenAll(
                    client.Output is null ? Task.CompletedTask : socket.CopyAsync(1, client.Output.Reader, detached.Token),
                    client.Error is null ? Task.CompletedTask : socket.CopyAsync(2, client.Error.Reader, detached.Token));
                await running.Completed.WaitAsync(detached.Token);
            }
            catch (OperationCanceledException) when (!session.IsCancellationRequested)
            {
                // Detached: the process goes on without this client.
            }
            // Attach says Success whatever became of the process.
            await socket.CloseAsync(socket.Protocol.Success, session.Token);
            await input.WaitAsync(s_closeTime, session.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            await EndAsync(context, input);
        }

        // As containerd: the end of stdin reaches the process only with stdinOnce; otherwise it detaches the client.
        Task EndInputAsync() => running.StdinOnce && !running.Tty ? running.Process.CloseInputAsync() : detached.CancelAsync();
    }

    private static async Task ExecAsync(HttpContext context, ChannelSocket socket, StreamRequest request, ProcessStart host, CancellationTokenSource session)
    {
        if (request.Command.Count == 0 || host.Container.Find(request.Command[0]) is not { } program)
        {
            await socket.CloseAsync(socket.Protocol.InternalError(NotStarted(request.Command)), session.Token);
            await socket.ReceiveAsync((_, _) => ValueTask.CompletedTask, session.Token);
            return;
        }
        ContainerProcess process = ContainerProcess.Start(host with { Program = program, Arguments = request.Command, Exec = true, Stdin = request.Stdin, Tty = request.Tty });
        Task input = ReceiveAsync(socket, request, process, process.CloseInputAsync, session, session.Token);
        try
        {
            await Task.WhenAll(
                request.Stdout ? socket.CopyAsync(1, process.Output, session.Token) : process.Output.CopyToAsync(Stream.Null, session.Token),
                process.Error is null ? Task.CompletedTask
                    : request.Stderr ? socket.CopyAsync(2, process.Error, session.Token) : process.Error.CopyToAsync(Stream.Null, session.Token));
            await socket.CloseAsync(socket.Protocol.Exit(await process.Exited, request.Command), session.Token);
            await input.WaitAsync(s_closeTime, session.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            // A genuine process without a terminal would outlive its client; here nothing is left behind.
            process.Signal(Programs.Signal.Kill);
            await EndAsync(context, input);
            await process.Output.CompleteAsync();
            if (process.Error is not null) await process.Error.CompleteAsync();
        }
    }

    /// <summary>The container that is meant; null where the request has been refused.</summary>
    private static async Task<string?> ChooseAsync(HttpContext context, JsonObject pod)
    {
        (string? name, string? error) = ContainerChoice.Choose(pod, context.Request.Query["container"]);
        if (error is null && (string?)pod["spec"]?["nodeName"] is not { Length: > 0 }) error = $"pod {(string?)pod["metadata"]!["name"]} does not have a host assigned";
        if (error is null && !ChannelSocket.IsRequested(context)) error = "Upgrade request required";
        if (error is not null)
        {
            await StatusAnswer.BadRequestAsync(context, error);
            return null;
        }
        StreamRequest request = StreamRequest.Read(context.Request.Query);
        if (request.Stdin || request.Stdout || request.Stderr) return name;
        await StatusAnswer.PlainAsync(context, 400, "you must specify at least 1 of stdin, stdout, stderr");
        return null;
    }

    /// <summary>The sub-protocol; null where the client offers none that is known, which is answered with 403 and nothing.</summary>
    private static StreamProtocol? Negotiate(HttpContext context, StreamFault? fault)
    {
        StreamProtocol? protocol = StreamProtocol.Choose(context.Request.Headers.SecWebSocketProtocol.OfType<string>(), fault?.OnlyV4 == true ? 4 : 5);
        if (protocol is not null) return protocol;
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        context.Response.Headers.Connection = "close";
        return null;
    }

    /// <summary>Runs a stream; whatever way the client goes, the request ends quietly.</summary>
    private async Task RunAsync(HttpContext context, StreamProtocol protocol, StreamFault? fault, Func<ChannelSocket, CancellationTokenSource, Task> run)
    {
        using CancellationTokenSource session = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            using ChannelSocket socket = await ChannelSocket.AcceptAsync(context, protocol, fault, session.Token);
            await run(socket, session);
        }
        catch (Exception gone) when (IsDisconnect(gone))
        {
            context.Abort();
        }
    }

    /// <summary>Feeds what the client sends to the process, until the client closes or is gone.</summary>
    private static async Task ReceiveAsync(
        ChannelSocket socket, StreamRequest request, ContainerProcess process, Func<Task> endInput, CancellationTokenSource session, CancellationToken cancellationToken)
    {
        bool inputEnded = !request.Stdin;
        try
        {
            await socket.ReceiveAsync(async (channel, payload) =>
            {
                switch (channel)
                {
                    case 0 when !inputEnded:
                        await process.FeedAsync(payload, cancellationToken);
                        break;
                    case 4 when request.Tty:
                        Resize(process, payload.Span);
                        break;
                    case 255 when socket.Protocol.Version >= 5:
                        if (payload.Length != 1) throw new InvalidDataException("A channel is closed with one byte.");
                        if (payload.Span[0] != 0 || inputEnded) break;
                        inputEnded = true;
                        await endInput();
                        break;
                }
            }, CancellationToken.None);
        }
        catch (Exception gone) when (IsDisconnect(gone))
        {
            // A connection that breaks is, for the process, the end of its client's input.
        }
        if (!inputEnded) await endInput();
        await session.CancelAsync();
    }

    /// <summary>Ends the connection where it is still open, and with it the loop that reads from it.</summary>
    private static Task EndAsync(HttpContext context, Task input)
    {
        if (!input.IsCompleted) context.Abort();
        return input;
    }

    private static bool IsDisconnect(Exception error) =>
        error is OperationCanceledException or WebSocketException or IOException or InvalidDataException or ObjectDisposedException;

    private static void Resize(ContainerProcess process, ReadOnlySpan<byte> json)
    {
        try
        {
            Utf8JsonReader reader = new(json);
            if (JsonNode.Parse(ref reader) is JsonObject size) process.Terminal?.Resize((int)(JsonNumber.Read(size["Width"]) ?? 0), (int)(JsonNumber.Read(size["Height"]) ?? 0));
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or FormatException)
        {
            // The genuine server ignores sizes that it cannot read.
        }
    }

    private static string NotStarted(IReadOnlyList<string> command) =>
        "Internal error occurred: error executing command in container: failed to exec in container: failed to start exec "
        + $"\"{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32))}\": OCI runtime exec failed: exec failed: unable to start container process: "
        + (command.Count == 0 ? "exec: \"\": executable file not found in $PATH" : ContainerStarter.NotFound(command[0]));

    private static ContainerIdentity Identity(JsonObject pod, string container) =>
        new((string)pod["metadata"]!["namespace"]!, (string)pod["metadata"]!["name"]!, container);

    private static string PodFullName(JsonObject pod) => $"{(string?)pod["metadata"]!["name"]}_{(string?)pod["metadata"]!["namespace"]}";

    private sealed record StreamRequest(bool Stdin, bool Stdout, bool Stderr, bool Tty, IReadOnlyList<string> Command)
    {
        internal static StreamRequest Read(IQueryCollection query) => new(
            Is(query["stdin"]), Is(query["stdout"]), Is(query["stderr"]), Is(query["tty"]), [.. query["command"].OfType<string>()]);

        private static bool Is(string? value) => value is "true" or "1";
    }
}
