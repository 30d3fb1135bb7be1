using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EphemeralDebug.Core.Cluster;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EphemeralDebug.Bench;

/// <summary>An HTTPS server on the loopback interface that answers with what it is given.</summary>
internal sealed class LoopbackServer : IAsyncDisposable, IClusterTransport
{
    private readonly WebApplication _app;
    private readonly HttpClient _client;

    private LoopbackServer(WebApplication app, string certificateHash)
    {
        _app = app;
        Uri = new Uri(app.Urls.First() + "/");
        var trust = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetCertHashString() == certificateHash };
        _client = new HttpClient(new SocketsHttpHandler { SslOptions = trust }) { BaseAddress = Uri };
    }

    public Uri Uri { get; }

    public string? Context => null;

    public string? KubeConfig => null;

    public string DefaultNamespace => "default";

    public static async Task<LoopbackServer> StartAsync(RequestDelegate answer)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(server => server.Listen(IPAddress.Loopback, 0, endpoint => endpoint.UseHttps(certificate)));
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return new LoopbackServer(app, certificate.GetCertHashString());
    }

    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        (await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)).EnsureSuccessStatusCode();

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }
}
