using System.Security.Cryptography.X509Certificates;
using EphemeralDebug.Sandbox;
using Xunit;
using ApiSandbox = EphemeralDebug.Sandbox.Sandbox;

namespace EphemeralDebug.Core.Tests.SandboxApi;

/// <summary>One sandbox for the tests of a class, and clients that trust its authority and verify its name.</summary>
public sealed class SandboxFixture : IAsyncLifetime
{
    private readonly Dictionary<string, HttpClient> _clients = [];

    public ApiSandbox Sandbox { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Sandbox = await ApiSandbox.StartAsync(new SandboxOptions { RoleNamespace = "cap", World = TranscriptWorld.Namespaces }, TestContext.Current.CancellationToken);
    }

    public HttpClient Client(string user = "admin")
    {
        if (!_clients.TryGetValue(user, out HttpClient? client)) _clients[user] = client = NewClient(Sandbox, user);
        return client;
    }

    /// <summary>A client with the certificate of a user; "anonymous" has none.</summary>
    public static HttpClient NewClient(ApiSandbox sandbox, string user = "admin", Version? version = null)
    {
        SocketsHttpHandler handler = new() { UseProxy = false };
        handler.SslOptions.CertificateChainPolicy = Trust(sandbox);
        if (user != "anonymous") handler.SslOptions.ClientCertificates = [sandbox.ClientCertificate(user)];
        return new HttpClient(handler)
        {
            BaseAddress = sandbox.Server,
            DefaultRequestVersion = version ?? System.Net.HttpVersion.Version20,
            Timeout = TimeSpan.FromSeconds(60),
        };
    }

    /// <summary>Trust in the sandbox's authority and nobody else's.</summary>
    public static X509ChainPolicy Trust(ApiSandbox sandbox)
    {
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(X509Certificate2.CreateFromPem(sandbox.AuthorityPem));
        return policy;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (HttpClient client in _clients.Values) client.Dispose();
        await Sandbox.DisposeAsync();
    }
}
