using EphemeralDebug.Core.Cluster;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace EphemeralDebug.Core.Tests.Cluster;

public sealed class CredentialTests : IDisposable
{
    private static readonly TestAuthority s_authority = new();
    private readonly TestFolder _folder = new();
    private readonly CancellationToken _stop = TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    private static Task<TestServer> StartAsync() => TestServer.StartAsync(Ok, s_authority.Server("127.0.0.1"));

    [Fact]
    public async Task A_client_certificate_with_data_and_file_mixed()
    {
        await using TestServer server = await StartAsync();
        X509Certificate2 jane = s_authority.Client("jane");
        string key = TestAuthority.KeyPem(jane);
        _folder.Write("jane.key", key);
        ClusterConnection connection = _folder.Connect(server, s_authority, $"client-certificate-data: {TestAuthority.Base64(jane.ExportCertificatePem())}, client-key: jane.key");
        await connection.GetTextAsync("version", _stop);
        Assert.Equal("CN=jane", server.Requests.Single().Client);

        _folder.Write("jane.crt", jane.ExportCertificatePem());
        ClusterConnection other = _folder.Connect(server, s_authority, $"client-certificate: jane.crt, client-key-data: {TestAuthority.Base64(key)}");
        await other.GetTextAsync("version", _stop);
        using HttpRequestMessage upgrade = Sending.Upgrade("attach");
        (await other.SendAsync(upgrade, _stop)).Dispose();
        Assert.All(server.Requests, request => Assert.Equal("CN=jane", request.Client));
        Assert.Equal("HTTP/1.1", server.Requests.Last().Protocol);
    }

    [Fact]
    public async Task A_renewed_certificate_file_is_taken_at_the_next_opening()
    {
        await using TestServer server = await StartAsync();
        string file = _folder.KubeConfig(server.Address, $"certificate-authority-data: {s_authority.Data}", "client-certificate: c.pem, client-key: c.pem");
        foreach (string user in new[] { "old", "renewed" })
        {
            X509Certificate2 certificate = s_authority.Client(user);
            _folder.Write("c.pem", certificate.ExportCertificatePem() + "\n" + TestAuthority.KeyPem(certificate) + (user == "old" ? "" : "\n"));
            await _folder.Open(file).GetTextAsync("version", _stop);
        }
        Assert.Equal(["CN=old", "CN=renewed"], server.Requests.Select(request => request.Client));
    }

    [Theory]
    [InlineData("pkcs1")]
    [InlineData("sec1")]
    public void Keys_of_every_unencrypted_form_are_read(string form)
    {
        CertificateRequest request;
        string key;
        if (form == "pkcs1")
        {
            System.Security.Cryptography.RSA rsa = System.Security.Cryptography.RSA.Create(2048);
            request = new("CN=jane", rsa, System.Security.Cryptography.HashAlgorithmName.SHA256, System.Security.Cryptography.RSASignaturePadding.Pkcs1);
            key = rsa.ExportRSAPrivateKeyPem();
        }
        else
        {
            System.Security.Cryptography.ECDsa ec = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP384);
            request = new("CN=jane", ec, System.Security.Cryptography.HashAlgorithmName.SHA256);
            // openssl ecparam -genkey writes the curve first.
            key = "-----BEGIN EC PARAMETERS-----\nBgUrgQQAIg==\n-----END EC PARAMETERS-----\n" + ec.ExportECPrivateKeyPem();
        }
        string certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1)).ExportCertificatePem();
        Assert.NotNull(ClientCertificate.FromPem(certificate + "\n" + s_authority.Pem, key, "user 'jane'").Context);
    }

    [Fact]
    public void An_encrypted_key_is_told_so()
    {
        X509Certificate2 jane = s_authority.Client("jane");
        string key = jane.GetECDsaPrivateKey()!.ExportEncryptedPkcs8PrivateKeyPem("x", new(System.Security.Cryptography.PbeEncryptionAlgorithm.Aes128Cbc, System.Security.Cryptography.HashAlgorithmName.SHA256, 10));
        Assert.Equal("ClientKeyEncrypted", Assert.Throws<DebugException>(() => ClientCertificate.FromPem(jane.ExportCertificatePem(), key, "user 'jane'")).ErrorId);
    }

    [Theory]
    [InlineData("token: abc", "Bearer abc")]
    [InlineData("username: jane, password: 'p:w'", "Basic amFuZTpwOnc=")]
    [InlineData("as: joe", null)]
    public async Task Tokens_and_passwords_go_with_every_request(string user, string? expected)
    {
        await using TestServer server = await StartAsync();
        ClusterConnection connection = _folder.Connect(server, s_authority, user);
        await connection.GetTextAsync("version", _stop);
        using HttpRequestMessage upgrade = Sending.Upgrade("attach");
        (await connection.SendAsync(upgrade, _stop)).Dispose();
        Assert.Equal(2, server.Requests.Count);
        Assert.All(server.Requests, request => Assert.Equal(expected, request["Authorization"]));
    }

    [Fact]
    public async Task Impersonation_goes_with_every_request_and_stream()
    {
        await using TestServer server = await StartAsync();
        ClusterConnection connection = _folder.Connect(server, s_authority, "token: t, as: 'jané', as-uid: u1, as-groups: [dev, ops], as-user-extra: {'acme.com/Team': [one, two]}");
        await connection.GetTextAsync("version", _stop);
        using HttpRequestMessage upgrade = Sending.Upgrade("attach");
        (await connection.SendAsync(upgrade, _stop)).Dispose();
        Assert.All(server.Requests, request =>
        {
            Assert.Equal("jané", request["Impersonate-User"]);
            Assert.Equal("u1", request["Impersonate-Uid"]);
            // One line each: a server in Go takes "dev, ops" for one group.
            Assert.Equal(["dev", "ops"], request.Headers["Impersonate-Group"]);
            Assert.Equal(["one", "two"], request.Headers["Impersonate-Extra-acme.com%2FTeam"]);
        });
    }

    [Fact]
    public async Task Nothing_secret_goes_over_plain_http()
    {
        await using TestServer server = await TestServer.StartAsync(Ok, certificate: null);
        await _folder.Open(_folder.KubeConfig(server.Address, "disable-compression: false", "token: abc")).GetTextAsync("version", _stop);
        Assert.Null(server.Requests.Single()["Authorization"]);
    }

    [Fact]
    public async Task A_token_file_counts_more_than_the_token_and_is_read_again()
    {
        NoDelay time = new();
        _folder.Time = time;
        await using TestServer server = await StartAsync();
        ClusterConnection connection = _folder.Connect(server, s_authority, "token: fallback, tokenFile: token");
        await connection.GetTextAsync("version", _stop);
        string file = _folder.Write("token", "one\n");
        await connection.GetTextAsync("version", _stop);
        DateTime written = File.GetLastWriteTimeUtc(file);
        File.WriteAllText(file, "two\n");
        File.SetLastWriteTimeUtc(file, written);
        await connection.GetTextAsync("version", _stop);
        time.Now += TimeSpan.FromMinutes(1);
        await connection.GetTextAsync("version", _stop);
        Assert.Equal(["Bearer fallback", "Bearer one", "Bearer one", "Bearer two"], server.Requests.Select(request => request["Authorization"]));
    }

    [Fact]
    public async Task A_token_file_is_read_again_when_the_server_refuses_its_token()
    {
        NoDelay time = new();
        _folder.Time = time;
        string file = _folder.Write("token", "old");
        await using TestServer server = await TestServer.StartAsync(context =>
        {
            if (context.Request.Headers.Authorization == "Bearer new") return Ok(context);
            DateTime written = File.GetLastWriteTimeUtc(file);
            File.WriteAllText(file, "new");
            File.SetLastWriteTimeUtc(file, written);
            context.Response.StatusCode = 401;
            return Task.CompletedTask;
        }, s_authority.Server("127.0.0.1"));
        Assert.Equal("fine", await _folder.Connect(server, s_authority, "tokenFile: token").GetTextAsync("version", _stop));
    }

    [Fact]
    public async Task A_missing_token_file_is_told_so()
    {
        await using TestServer server = await StartAsync();
        ClusterConnection connection = _folder.Connect(server, s_authority, "tokenFile: token");
        Assert.Equal("TokenFileUnreadable", (await Assert.ThrowsAsync<DebugException>(() => connection.GetTextAsync("version", _stop))).ErrorId);
    }

    [Fact]
    public async Task Refused_credentials_are_told_with_advice_and_without_the_token()
    {
        await using TestServer server = await TestServer.StartAsync(Answers.Status(401, "Unauthorized", "Unauthorized"), s_authority.Server("127.0.0.1"));
        DebugException error = await Assert.ThrowsAsync<DebugException>(() => _folder.Connect(server, s_authority, "token: s3cret").GetTextAsync("version", _stop));
        Assert.Equal("CredentialsRejected", error.ErrorId);
        Assert.Contains("Renew the token of user 'u'", error.Advice, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", Sending.Everything(error), StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task The_kubeconfig_is_never_written()
    {
        await using TestServer server = await StartAsync();
        string file = _folder.KubeConfig(server.Address, $"certificate-authority-data: {s_authority.Data}", "token: abc");
        byte[] before = await File.ReadAllBytesAsync(file, _stop);
        File.SetAttributes(file, FileAttributes.ReadOnly);
        await _folder.Open(file).GetTextAsync("version", _stop);
        File.SetAttributes(file, FileAttributes.Normal);
        Assert.Equal(before, await File.ReadAllBytesAsync(file, _stop));
        Assert.Equal([file], Directory.GetFiles(_folder.Root));
    }

    private static Task Ok(HttpContext context) => context.Response.WriteAsync("fine", context.RequestAborted);
}
