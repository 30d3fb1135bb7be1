using System.Net;
using EphemeralDebug.Core.Api;
using EphemeralDebug.Core.Cluster;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Xunit;

namespace EphemeralDebug.Core.Tests.Api;

/// <summary>What depends on a real connection: how it breaks, and how it is let go.</summary>
public sealed class HttpTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private sealed class HttpTransport(HttpClient client, Version version) : IClusterTransport
    {
        public string? Context => null;

        public string? KubeConfig => null;

        public string DefaultNamespace => "default";

        public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            (request.Version, request.VersionPolicy) = (version, HttpVersionPolicy.RequestVersionExact);
            HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            response.Content = new GuardedContent(response.Content, client.BaseAddress!, cancellationToken);
            return response.EnsureSuccessStatusCode();
        }
    }

    private static async Task WithServer(HttpProtocols protocol, RequestDelegate answer, Func<KubernetesApi, Task> test)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(server => server.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = protocol));
        await using var app = builder.Build();
        app.Run(answer);
        await app.StartAsync(Token);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First() + "/") };
        await test(new KubernetesApi(new HttpTransport(client, protocol == HttpProtocols.Http2 ? HttpVersion.Version20 : HttpVersion.Version11)) { WatchLimits = new WatchLimits { FirstDelay = TimeSpan.FromMilliseconds(1), Attempts = 3 } });
    }

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task A_connection_that_breaks_in_the_middle_of_a_list_is_a_failure_with_a_name(HttpProtocols protocol)
    {
        var hasRow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await WithServer(protocol, async http =>
        {
            await http.Response.Body.WriteAsync(RealisticPods.List(5).AsMemory(0, 20_000));
            await http.Response.Body.FlushAsync();
            await hasRow.Task;
            http.Abort();
        }, async api =>
        {
            var failure = await Assert.ThrowsAsync<DebugException>(async () =>
            {
                await foreach (var _ in api.ListPodsAsync(new PodQuery(), Token)) hasRow.TrySetResult();
            });
            Assert.Equal("ResponseTruncated", failure.ErrorId);
        });
    }

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task Who_cancels_in_the_middle_of_a_body_that_stalls_is_heard_and_so_is_the_server(HttpProtocols protocol)
    {
        var gone = new TaskCompletionSource();
        await WithServer(protocol, async http =>
        {
            http.RequestAborted.Register(() => gone.TrySetResult());
            await http.Response.Body.WriteAsync(RealisticPods.List(3).AsMemory(0, 10_000));
            await http.Response.Body.FlushAsync();
            await gone.Task;
        }, async api =>
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
            await using var rows = api.ListPodsAsync(new PodQuery(), stop.Token).GetAsyncEnumerator(CancellationToken.None);
            Assert.True(await rows.MoveNextAsync());
            var next = rows.MoveNextAsync().AsTask();
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.WaitAsync(TimeSpan.FromSeconds(5), CancellationToken.None));
            await rows.DisposeAsync();
            await gone.Task.WaitAsync(TimeSpan.FromSeconds(20), Token);
        });
    }

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task A_watch_outlives_its_connections(HttpProtocols protocol)
    {
        var connections = 0;
        var taken = new SemaphoreSlim(0);
        await WithServer(protocol, async http =>
        {
            var number = Interlocked.Increment(ref connections);
            await http.Response.WriteAsync("""{"type":"MODIFIED","object":{"metadata":{"name":"p","resourceVersion":"@n"}}}""".Replace("@n", $"{number}") + "\n");
            await http.Response.Body.FlushAsync();
            await taken.WaitAsync(Token);
            if (number % 2 == 0) http.Abort();
        }, async api =>
        {
            var versions = new List<string?>();
            await foreach (var e in api.WatchPodsAsync("ns", resourceVersion: "0", cancellationToken: Token))
            {
                versions.Add(e.Pod!.ResourceVersion);
                taken.Release();
                if (versions.Count == 4) break;
            }
            Assert.Equal(["1", "2", "3", "4"], versions);
        });
    }
}
