using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using EphemeralDebug.Core.Cluster;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace EphemeralDebug.Core.Tests.Cluster;

public sealed class TlsTests : IDisposable
{
    private static readonly TestAuthority s_authority = new();
    private readonly TestFolder _folder = new();
    private readonly CancellationToken _stop = TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_private_authority_is_trusted_and_http2_is_used_where_it_is_offered()
    {
        await using TestServer server = await TestServer.StartAsync(Ok, s_authority.Server("127.0.0.1"));
        Assert.Equal("fine", await _folder.Connect(server, s_authority).GetTextAsync("version", _stop));
        TestServer.Received request = Assert.Single(server.Requests);
        Assert.Equal("HTTP/2", request.Protocol);
        Assert.Matches(@"^EphemeralDebug/\d+\.\d+\.\d+ \((linux|windows|darwin)/\w+\)$", request["User-Agent"]);
    }

    [Fact]
    public async Task A_certificate_of_the_right_authority_for_another_host_is_refused_for_requests_and_for_streams()
    {
        await using TestServer server = await TestServer.StartAsync(Ok, s_authority.Server("some-kubelet.example"));
        ClusterConnection connection = _folder.Connect(server, s_authority, "token: secret-t0ken");

        DebugException get = await Assert.ThrowsAsync<DebugException>(() => connection.GetTextAsync("api/v1/pods", _stop));
        Assert.Equal("CertificateHostMismatch", get.ErrorId);
        Assert.Contains("some-kubelet.example", get.Message, StringComparison.Ordinal);
        using HttpRequestMessage upgrade = Sending.Upgrade("api/v1/namespaces/shop/pods/web/attach");
        DebugException stream = await Assert.ThrowsAsync<DebugException>(() => connection.SendAsync(upgrade, _stop));
        Assert.Equal("CertificateHostMismatch", stream.ErrorId);
        Assert.Empty(server.Requests);
        Assert.DoesNotContain("secret-t0ken", Sending.Everything(get), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_strangers_certificate_is_refused()
    {
        await using TestServer server = await TestServer.StartAsync(Ok, new TestAuthority("stranger").Server("127.0.0.1"));
        DebugException error = await Assert.ThrowsAsync<DebugException>(() => _folder.Connect(server, s_authority).GetTextAsync("version", _stop));
        Assert.Equal("CertificateNotTrusted", error.ErrorId);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task An_expired_certificate_is_refused_as_expired()
    {
        await using TestServer server = await TestServer.StartAsync(Ok, s_authority.Expired("127.0.0.1"));
        DebugException error = await Assert.ThrowsAsync<DebugException>(() => _folder.Connect(server, s_authority).GetTextAsync("version", _stop));
        Assert.Equal("CertificateExpired", error.ErrorId);
    }

    [Fact]
    public async Task A_client_certificate_of_the_authority_does_not_pass_for_a_server()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task serving = ServeAsync(listener, s_authority.Client("jane", "127.0.0.1"));
        ClusterConnection connection = _folder.Open(_folder.KubeConfig(new($"https://{listener.LocalEndpoint}"), $"certificate-authority-data: {s_authority.Data}", ""));
        DebugException error = await Assert.ThrowsAsync<DebugException>(() => connection.GetTextAsync("version", _stop));
        Assert.Equal("CertificateNotTrusted", error.ErrorId);
        await serving;
    }

    [Fact]
    public async Task An_authority_below_another_is_trusted_as_kubectl_does()
    {
        TestAuthority below = new("below", s_authority);
        await using TestServer server = await TestServer.StartAsync(Ok, below.Server("127.0.0.1"));
        Assert.Equal("fine", await _folder.Connect(server, below).GetTextAsync("version", _stop));
        await using TestServer wrong = await TestServer.StartAsync(Ok, below.Server("other.example"));
        Assert.Equal("CertificateHostMismatch", (await Assert.ThrowsAsync<DebugException>(() => _folder.Connect(wrong, below).GetTextAsync("version", _stop))).ErrorId);
    }

    [Fact]
    public async Task Tls_server_name_is_asked_for_and_verified_and_the_host_header_stays()
    {
        string? asked = null;
        await using TestServer server = await TestServer.StartAsync(Ok, s_authority.Server("kube.example"), onName: name => asked = name);
        string cluster = $"certificate-authority-data: {s_authority.Data}, tls-server-name: ";
        ClusterConnection connection = _folder.Open(_folder.KubeConfig(server.Address, cluster + "kube.example", ""));
        Assert.Equal("fine", await connection.GetTextAsync("version", _stop));
        Assert.Equal("kube.example", asked);
        TestServer.Received request = Assert.Single(server.Requests);
        Assert.Equal("HTTP/2", request.Protocol);
        Assert.Equal($"127.0.0.1:{server.Port}", request["Host"]);

        ClusterConnection wrong = _folder.Open(_folder.KubeConfig(server.Address, cluster + "else.example", "", "wrong"));
        Assert.Equal("CertificateHostMismatch", (await Assert.ThrowsAsync<DebugException>(() => wrong.GetTextAsync("version", _stop))).ErrorId);
        using HttpRequestMessage upgrade = Sending.Upgrade("attach");
        Assert.Equal("CertificateHostMismatch", (await Assert.ThrowsAsync<DebugException>(() => wrong.SendAsync(upgrade, _stop))).ErrorId);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Insecure_skip_tls_verify_believes_whoever_answers()
    {
        await using TestServer server = await TestServer.StartAsync(Ok, new TestAuthority("stranger").Server("else.example"));
        ClusterConnection connection = _folder.Open(_folder.KubeConfig(server.Address, "insecure-skip-tls-verify: true", ""));
        Assert.Equal("fine", await connection.GetTextAsync("version", _stop));
    }

    [Fact]
    public void Insecure_with_an_authority_is_kubectls_error()
    {
        string file = _folder.KubeConfig(new("https://127.0.0.1"), $"insecure-skip-tls-verify: true, certificate-authority-data: {s_authority.Data}", "");
        DebugException error = Assert.Throws<DebugException>(() => _folder.Open(file));
        Assert.Equal("InvalidKubeConfig", error.ErrorId);
        Assert.Contains("specifying a root certificates file with the insecure flag is not allowed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_authority_the_systems_are_trusted()
    {
        await using TestServer server = await TestServer.StartAsync(Ok, s_authority.Server("127.0.0.1"));
        ClusterConnection connection = _folder.Open(_folder.KubeConfig(server.Address, "disable-compression: true", ""));
        Assert.Equal("CertificateNotTrusted", (await Assert.ThrowsAsync<DebugException>(() => connection.GetTextAsync("version", _stop))).ErrorId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no certificate at all")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public async Task An_authority_that_cannot_be_read_is_named(string pem)
    {
        string file = _folder.Write("ca.crt", pem);
        ClusterConnection connection = _folder.Open(_folder.KubeConfig(new("https://127.0.0.1:1"), $"certificate-authority: '{file}'", ""));
        Assert.Equal("CertificateAuthorityUnusable", (await Assert.ThrowsAsync<DebugException>(() => connection.GetTextAsync("version", _stop))).ErrorId);
    }

    [Fact]
    public async Task Something_that_speaks_no_tls_is_told_so()
    {
        await using TestServer server = await TestServer.StartAsync(Ok, certificate: null);
        Uri https = new($"https://127.0.0.1:{server.Port}");
        ClusterConnection connection = _folder.Open(_folder.KubeConfig(https, $"certificate-authority-data: {s_authority.Data}", ""));
        Assert.Equal("TlsFailed", (await Assert.ThrowsAsync<DebugException>(() => connection.GetTextAsync("version", _stop))).ErrorId);
    }

    private async Task ServeAsync(TcpListener listener, X509Certificate2 certificate)
    {
        using TcpClient client = await listener.AcceptTcpClientAsync(_stop);
        await using SslStream tls = new(client.GetStream());
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await tls.AuthenticateAsServerAsync(certificate);
            Assert.NotEqual(0, await tls.ReadAsync(new byte[1], _stop));
        });
    }

    private static Task Ok(HttpContext context) => context.Response.WriteAsync("fine", context.RequestAborted);
}
