using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Text.Json.Nodes;
using EphemeralDebug.Core.Cluster;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Xunit;

namespace EphemeralDebug.Core.Tests.Cluster;

public sealed class RequestTests : IDisposable
{
    private static readonly TestAuthority s_authority = new();
    private readonly TestFolder _folder = new();
    private readonly NoDelay _time = new();
    private readonly CancellationToken _stop = TestContext.Current.CancellationToken;

    public RequestTests() => _folder.Time = _time;

    public void Dispose() => _folder.Dispose();

    private static Task<TestServer> StartAsync(RequestDelegate answer, HttpProtocols protocols = HttpProtocols.Http1AndHttp2) => TestServer.StartAsync(answer, s_authority.Server("127.0.0.1"), protocols);

    private ClusterConnection Connect(TestServer server, string user = "token: s3cret") => _folder.Connect(server, s_authority, user);

    private static Task Abort(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_prefix_of_the_server_is_kept()
    {
        await using TestServer server = await StartAsync(Answers.Fine);
        ClusterConnection connection = _folder.Open(_folder.KubeConfig(new(server.Address, "k8s/clusters/c-1"), $"certificate-authority-data: {s_authority.Data}", ""));
        await connection.GetTextAsync("api/v1/pods?limit=5&labelSelector=a%3Db", _stop);
        await connection.GetTextAsync("/api/v1/nodes", _stop);
        Assert.Equal(["/k8s/clusters/c-1/api/v1/pods?limit=5&labelSelector=a%3Db", "/k8s/clusters/c-1/api/v1/nodes"], server.Requests.Select(request => request.Path));
    }

    [Theory]
    [InlineData("../secrets")]
    [InlineData("https://elsewhere.example/api")]
    public async Task An_address_cannot_leave_the_server(string path)
    {
        ClusterConnection connection = _folder.Open(_folder.KubeConfig(new("https://127.0.0.1:1/k8s/clusters/c-1"), "disable-compression: true", "token: t"));
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(path, UriKind.RelativeOrAbsolute));
        await Assert.ThrowsAsync<ArgumentException>(() => connection.SendAsync(request, _stop));
    }

    [Theory]
    [InlineData(false, "gzip")]
    [InlineData(true, null)]
    public async Task Answers_are_compressed_unless_the_kubeconfig_says_no(bool disabled, string? expected)
    {
        await using TestServer server = await StartAsync(async context =>
        {
            if (!context.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.Ordinal))
            {
                await Answers.Fine(context);
                return;
            }
            context.Response.Headers.ContentEncoding = "gzip";
            await using GZipStream zip = new(context.Response.Body, CompressionLevel.Fastest);
            await zip.WriteAsync("fine"u8.ToArray());
        });
        ClusterConnection connection = _folder.Open(_folder.KubeConfig(server.Address, $"certificate-authority-data: {s_authority.Data}, disable-compression: {(disabled ? "true" : "false")}", ""));
        Assert.Equal("fine", await connection.GetTextAsync("version", _stop));
        Assert.Equal(expected, server.Requests.Single()["Accept-Encoding"]);
    }

    [Fact]
    public async Task Connections_are_shared()
    {
        HashSet<string> connections = [];
        await using TestServer server = await StartAsync(context =>
        {
            lock (connections) connections.Add(context.Connection.Id);
            return Answers.Fine(context);
        });
        string file = _folder.KubeConfig(server.Address, $"certificate-authority-data: {s_authority.Data}", "token: t");
        for (int i = 0; i < 5; i++) await _folder.Open(file).GetTextAsync("version", _stop);
        Assert.Single(connections);
    }

    [Fact]
    public async Task Too_many_requests_are_repeated_after_what_the_server_asks_whatever_the_method()
    {
        await using TestServer server = await StartAsync(Answers.Sequence(
            Answers.Status(429, "TooManyRequests", "slow down", null, ("Retry-After", "7")),
            Answers.Status(429, "TooManyRequests", "slow down", null, ("Retry-After", _time.Now.AddSeconds(9).ToString("r"))),
            Answers.Status(429, "TooManyRequests", "slow down"),
            Answers.Fine));
        using HttpResponseMessage response = await Connect(server).SendAsync(HttpMethod.Patch, "api/v1/pods/a", "{}", _stop);
        Assert.Equal("fine", await response.Content.ReadAsStringAsync(_stop));
        TimeSpan[] waits = [.. _time.Waits];
        Assert.Equal([7, 9], waits[..2].Select(wait => wait.TotalSeconds));
        Assert.InRange(waits[2].TotalSeconds, 0.6, 1);
    }

    [Fact]
    public async Task After_enough_tries_a_busy_server_is_reported()
    {
        await using TestServer server = await StartAsync(Answers.Status(429, "TooManyRequests", "slow down", null, ("Retry-After", "1")));
        DebugException error = await Assert.ThrowsAsync<DebugException>(() => Connect(server).GetTextAsync("version", _stop));
        Assert.Equal(("ServerBusy", 429), (error.ErrorId, error.StatusCode));
        Assert.Equal(5, server.Requests.Count);
    }

    [Fact]
    public async Task A_server_that_wants_too_much_patience_is_reported_at_once()
    {
        await using TestServer server = await StartAsync(Answers.Status(429, "TooManyRequests", "slow down", null, ("Retry-After", "3600")));
        DebugException error = await Assert.ThrowsAsync<DebugException>(() => Connect(server).GetTextAsync("version", _stop));
        Assert.Contains("3600 seconds", error.Advice, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_disruption_budget_is_no_busy_server()
    {
        JsonObject details = new() { ["causes"] = new JsonArray(new JsonObject { ["reason"] = "DisruptionBudget", ["message"] = "The disruption budget web needs 2 healthy pods" }) };
        await using TestServer server = await StartAsync(Answers.Status(429, "TooManyRequests", "Cannot evict pod", details));
        Assert.Equal("DisruptionBudget", (await Assert.ThrowsAsync<DebugException>(() => Connect(server).SendAsync(HttpMethod.Post, "api/v1/namespaces/a/pods/b/eviction", "{}", _stop))).ErrorId);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("GET", 503, 5)]
    [InlineData("GET", 502, 5)]
    [InlineData("GET", 504, 5)]
    [InlineData("GET", 500, 1)]
    [InlineData("POST", 503, 1)]
    [InlineData("PATCH", 503, 1)]
    [InlineData("DELETE", 504, 1)]
    public async Task Only_reading_is_repeated_after_a_failure_of_the_server(string method, int code, int tries)
    {
        await using TestServer server = await StartAsync(Answers.Status(code, "ServiceUnavailable", "not now"));
        DebugException error = await Assert.ThrowsAsync<DebugException>(() => Connect(server).SendAsync(new HttpMethod(method), "api/v1/pods", method is "POST" or "PATCH" ? "{}" : null, _stop));
        Assert.Equal(code == 500 ? "ServerError" : "ServerUnavailable", error.ErrorId);
        Assert.Equal(tries, server.Requests.Count);
    }

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task A_lost_connection_is_repeated_for_reading(HttpProtocols protocols)
    {
        await using TestServer server = await StartAsync(Answers.Sequence(Abort, Abort, Answers.Fine), protocols);
        Assert.Equal("fine", await Connect(server).GetTextAsync("version", _stop));
    }

    [Theory]
    [InlineData("POST", HttpProtocols.Http1)]
    [InlineData("PATCH", HttpProtocols.Http1)]
    [InlineData("PATCH", HttpProtocols.Http2)]
    public async Task A_lost_connection_is_not_repeated_for_a_change(string method, HttpProtocols protocols)
    {
        await using TestServer server = await StartAsync(Answers.Sequence(Answers.Fine, Abort, Answers.Fine), protocols);
        ClusterConnection connection = Connect(server);
        // On a connection that was used before, too.
        await connection.GetTextAsync("version", _stop);
        DebugException error = await Assert.ThrowsAsync<DebugException>(() => connection.SendAsync(new HttpMethod(method), "api/v1/pods", "{}", _stop));
        Assert.Equal("ConnectionLost", error.ErrorId);
        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task A_refused_connection_is_tried_again_shortly_and_reported(string method)
    {
        using System.Net.Sockets.TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        ClusterConnection connection = _folder.Open(_folder.KubeConfig(new($"https://127.0.0.1:{port}"), $"certificate-authority-data: {s_authority.Data}", ""));
        DebugException error = await Assert.ThrowsAsync<DebugException>(() => connection.SendAsync(new HttpMethod(method), "version", null, _stop));
        Assert.Equal("ConnectionRefused", error.ErrorId);
        Assert.Contains($"https://127.0.0.1:{port}", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, _time.Waits.Count);
    }

    [Fact]
    public async Task A_name_that_does_not_exist_is_told_so()
    {
        ClusterConnection connection = _folder.Open(_folder.KubeConfig(new("https://no-such-host.invalid:6443"), $"certificate-authority-data: {s_authority.Data}", ""));
        DebugException error = await Assert.ThrowsAsync<DebugException>(() => connection.GetTextAsync("version", _stop));
        Assert.Equal("ServerNameNotResolved", error.ErrorId);
    }

    [Fact]
    public async Task A_silent_server_is_given_up_after_the_limit()
    {
        await using TestServer server = await StartAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        ClusterTarget target = ClusterTarget.Resolve(KubeConfigSources.Find(_folder.KubeConfig(server.Address, $"certificate-authority-data: {s_authority.Data}", ""), _folder.Surroundings), null, _folder.Surroundings);
        ClusterConnection connection = new(new ServerChannel(target.Cluster, target.User, "c", _folder.Surroundings) { HeaderLimit = TimeSpan.FromMilliseconds(300) }, null, target);
        Assert.Equal("ServerSilent", (await Assert.ThrowsAsync<DebugException>(() => connection.GetTextAsync("version", _stop))).ErrorId);
    }

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task A_request_that_waits_for_headers_stops_when_it_is_cancelled(HttpProtocols protocols)
    {
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestServer server = await StartAsync(context =>
        {
            asked.SetResult();
            return Task.Delay(Timeout.Infinite, context.RequestAborted);
        }, protocols);
        using CancellationTokenSource cancel = new();
        Task request = Connect(server).GetTextAsync("version", cancel.Token);
        await asked.Task.WaitAsync(_stop);
        await StopsAsync(cancel, request);
    }

    [Theory]
    [InlineData(HttpProtocols.Http1, false)]
    [InlineData(HttpProtocols.Http2, false)]
    [InlineData(HttpProtocols.Http1, true)]
    [InlineData(HttpProtocols.Http2, true)]
    public async Task Reading_a_body_that_stalls_stops_with_the_requests_token(HttpProtocols protocols, bool zipped)
    {
        await using TestServer server = await StartAsync(async context =>
        {
            if (zipped) context.Response.Headers.ContentEncoding = "gzip";
            Stream body = zipped ? new GZipStream(context.Response.Body, CompressionLevel.Fastest) : context.Response.Body;
            await body.WriteAsync("begin"u8.ToArray());
            await body.FlushAsync();
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }, protocols);
        using CancellationTokenSource cancel = new();
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri("log", UriKind.Relative));
        using HttpResponseMessage response = await Connect(server).SendAsync(request, cancel.Token);
        Stream body = await response.Content.ReadAsStreamAsync(_stop);
        await body.ReadExactlyAsync(new byte[5], _stop);
        // Neither token of the reader is the request's.
        using CancellationTokenSource readers = new();
        await StopsAsync(cancel, body.ReadAsync(new byte[1], readers.Token).AsTask());
    }

    [Fact]
    public async Task A_wait_for_another_try_stops_when_it_is_cancelled()
    {
        _folder.Time = TimeProvider.System;
        TaskCompletionSource answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestServer server = await StartAsync(async context =>
        {
            await Answers.Status(429, "TooManyRequests", "slow down", null, ("Retry-After", "20"))(context);
            answered.SetResult();
        });
        using CancellationTokenSource cancel = new();
        Task request = Connect(server).GetTextAsync("version", cancel.Token);
        await answered.Task.WaitAsync(_stop);
        await StopsAsync(cancel, request);
        Assert.Single(server.Requests);
    }

    private static async Task StopsAsync(CancellationTokenSource cancel, Task task)
    {
        long start = Stopwatch.GetTimestamp();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(2), "It took too long.");
    }

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task A_body_that_breaks_off_is_no_end(HttpProtocols protocols)
    {
        TaskCompletionSource received = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestServer server = await StartAsync(async context =>
        {
            context.Response.ContentLength = 100;
            await context.Response.WriteAsync("begin");
            await context.Response.Body.FlushAsync();
            await received.Task;
            context.Abort();
        }, protocols);
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri("version", UriKind.Relative));
        using HttpResponseMessage response = await Connect(server).SendAsync(request, _stop);
        received.SetResult();
        Assert.Equal("ResponseTruncated", (await Assert.ThrowsAsync<DebugException>(() => response.Content.ReadAsStringAsync(_stop))).ErrorId);
    }

    [Fact]
    public async Task A_failure_of_the_server_with_a_time_to_come_back_is_repeated_for_reading()
    {
        await using TestServer server = await StartAsync(Answers.Sequence(Answers.Status(500, "InternalError", "restarting", null, ("Retry-After", "2")), Answers.Fine));
        Assert.Equal("fine", await Connect(server).GetTextAsync("version", _stop));
        Assert.Equal([TimeSpan.FromSeconds(2)], _time.Waits);
    }

    [Theory]
    [InlineData(System.Net.Sockets.SocketError.TimedOut, "ConnectionTimedOut")]
    [InlineData(System.Net.Sockets.SocketError.NetworkUnreachable, "ServerUnreachable")]
    [InlineData(System.Net.Sockets.SocketError.TryAgain, "ServerNameNotResolved")]
    public void What_kept_a_connection_from_being_made_is_told(System.Net.Sockets.SocketError problem, string errorId)
    {
        DialException dial = new(new("kube.example", 6443), problem, new System.Net.Sockets.SocketException((int)problem));
        Assert.Equal(errorId, ConnectionFailure.From(new HttpRequestException("no", dial), new() { Server = new("https://kube.example:6443/") }).ErrorId);
    }

    [Fact]
    public void A_handshake_that_takes_too_long_is_told() =>
        Assert.Equal("ConnectionTimedOut", ConnectionFailure.From(new TaskCanceledException("no", new TimeoutException()), new() { Server = new("https://kube.example:6443/") }).ErrorId);

    [Fact]
    public async Task Connections_are_kept_for_the_process()
    {
        await using TestServer server = await StartAsync(Answers.Fine);
        string file = _folder.KubeConfig(server.Address, $"certificate-authority-data: {s_authority.Data}", "token: t");
        ClusterConnection connection = await ClusterConnection.OpenAsync(new(file, null), _stop);
        Assert.Same(connection, await ClusterConnection.OpenAsync(new(file, null), _stop));
        Assert.Equal(("here", "shop", "u", file), (connection.Context, connection.DefaultNamespace, connection.User, connection.KubeConfig));
        Assert.Equal("fine", await connection.GetTextAsync("version", _stop));
        Assert.Equal(["here"], ClusterConnection.ListContexts(file));
    }

    [Fact]
    public async Task A_redirection_is_not_followed()
    {
        await using TestServer other = await StartAsync(Answers.Fine);
        await using TestServer server = await StartAsync(context =>
        {
            context.Response.Redirect($"https://127.0.0.1:{other.Port}/login?secret=s3cret");
            return Task.CompletedTask;
        });
        DebugException error = await Assert.ThrowsAsync<DebugException>(() => Connect(server).GetTextAsync("version", _stop));
        Assert.Equal("ServerRedirects", error.ErrorId);
        Assert.DoesNotContain("s3cret", Sending.Everything(error), StringComparison.Ordinal);
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task An_upgrade_goes_through_the_same_pipeline_and_gives_a_stream_both_ways()
    {
        await using TestServer server = await StartAsync(async context =>
        {
            IHttpUpgradeFeature upgrade = context.Features.Get<IHttpUpgradeFeature>()!;
            context.Response.Headers.Upgrade = "websocket";
            context.Response.Headers.Connection = "Upgrade";
            await using Stream stream = await upgrade.UpgradeAsync();
            byte[] buffer = new byte[4];
            await stream.ReadExactlyAsync(buffer);
            await stream.WriteAsync(buffer.Reverse().ToArray());
        });
        ClusterConnection connection = Connect(server);
        await Assert.ThrowsAnyAsync<Exception>(() => connection.GetTextAsync("http2-first", _stop));
        using HttpRequestMessage request = Sending.Upgrade("attach");
        using HttpResponseMessage response = await connection.SendAsync(request, _stop);
        Assert.Equal(HttpStatusCode.SwitchingProtocols, response.StatusCode);
        await using Stream stream = await response.Content.ReadAsStreamAsync(_stop);
        await stream.WriteAsync("abcd"u8.ToArray(), _stop);
        byte[] answer = new byte[4];
        await stream.ReadExactlyAsync(answer, _stop);
        Assert.Equal("dcba"u8.ToArray(), answer);
        Assert.Equal("Bearer s3cret", server.Requests.Last()["Authorization"]);
    }
}
