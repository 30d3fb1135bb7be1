using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace EphemeralDebug.Core.Tests.Cluster;

/// <summary>A server on a free port that answers as the test says, and remembers what it was asked.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestServer(WebApplication app, Uri address)
    {
        _app = app;
        Address = address;
    }

    internal Uri Address { get; }

    internal int Port => Address.Port;

    internal ConcurrentQueue<Received> Requests { get; } = new();

    internal static async Task<TestServer> StartAsync(RequestDelegate answer, X509Certificate2? certificate, HttpProtocols protocols = HttpProtocols.Http1AndHttp2, Action<string?>? onName = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore();
        if (certificate is not null) builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen =>
        {
            if (certificate is null) return;
            listen.Protocols = protocols;
            listen.UseHttps(https =>
            {
                if (onName is null) https.ServerCertificate = certificate;
                else
                {
                    https.ServerCertificateSelector = (_, name) =>
                    {
                        onName(name);
                        return certificate;
                    };
                }
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                https.AllowAnyClientCertificate();
            });
        }));
        WebApplication app = builder.Build();
        TestServer? server = null;
        app.Run(async context =>
        {
            server!.Requests.Enqueue(new(
                context.Request.Method,
                context.Request.Path + context.Request.QueryString,
                context.Request.Protocol,
                context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToArray()!, StringComparer.OrdinalIgnoreCase),
                (await context.Connection.GetClientCertificateAsync())?.Subject));
            await answer(context);
        });
        server = new(app, new("http://unknown"));
        await app.StartAsync();
        string address = app.Urls.Single();
        TestServer started = new(app, new Uri(address));
        server = started;
        return started;
    }

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource limit = new(TimeSpan.FromMilliseconds(100));
        try
        {
            await _app.StopAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
        }
        await _app.DisposeAsync();
    }

    internal sealed record Received(string Method, string Path, string Protocol, IReadOnlyDictionary<string, string?[]> Headers, string? Client)
    {
        internal string? this[string header] => Headers.TryGetValue(header, out string?[]? values) ? string.Join(",", values) : null;
    }
}
