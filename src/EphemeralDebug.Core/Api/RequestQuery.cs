using System.Globalization;
using System.Text;

namespace EphemeralDebug.Core.Api;

/// <summary>The query of a request. What has no value is left out.</summary>
internal readonly struct RequestQuery
{
    private readonly string _text;

    private RequestQuery(string text) => _text = text;

    internal static RequestQuery None { get; } = new("");

    internal RequestQuery With(string key, string? value) => string.IsNullOrEmpty(value) ? this : And(key, value);

    internal RequestQuery With(string key, long? value) => With(key, value?.ToString(CultureInfo.InvariantCulture));

    internal RequestQuery With(string key, bool value) => With(key, value ? "true" : null);

    /// <summary>The key once for each value, also for empty ones.</summary>
    internal RequestQuery WithEach(string key, IEnumerable<string> values) => values.Aggregate(this, (query, value) => query.And(key, value));

    private RequestQuery And(string key, string value) =>
        new(new StringBuilder(_text).Append(_text.Length == 0 ? '?' : '&').Append(key).Append('=').Append(Uri.EscapeDataString(value)).ToString());

    /// <inheritdoc/>
    public override string ToString() => _text;
}
