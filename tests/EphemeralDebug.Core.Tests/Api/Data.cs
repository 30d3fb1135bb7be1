using System.Text;

namespace EphemeralDebug.Core.Tests.Api;

/// <summary>What a genuine cluster answered.</summary>
internal static class Data
{
    public static byte[] Bytes(string file) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Data", "api", file));

    public static string Text(string file) => Encoding.UTF8.GetString(Bytes(file));
}
