namespace EphemeralDebug.Core.Api;

/// <summary>
/// The syntax of field selectors: the grammar of <c>fields.ParseSelector</c> in k8s.io/apimachinery. Which fields there are
/// only the server knows.
/// </summary>
internal static class FieldSelectorSyntax
{
    /// <summary>Checks the selector and gives it back; null and empty select everything.</summary>
    internal static string? Check(string? selector)
    {
        if (string.IsNullOrWhiteSpace(selector)) return null;
        for (var start = 0; start <= selector.Length;)
        {
            var end = TermEnd(selector, start);
            if (end > start) CheckTerm(selector, start, end);
            start = end + 1;
        }
        return selector;
    }

    private static int TermEnd(string selector, int start)
    {
        var end = start;
        while (end < selector.Length && selector[end] != ',') end += selector[end] == '\\' ? 2 : 1;
        return Math.Min(end, selector.Length);
    }

    private static void CheckTerm(string selector, int start, int end)
    {
        var sign = selector.IndexOf('=', start, end - start);
        if (sign < 0) throw Failure.InvalidFieldSelector(selector, start + 1, "expected FIELD=VALUE, FIELD==VALUE or FIELD!=VALUE");
        var keyEnd = sign > start && selector[sign - 1] == '!' ? sign - 1 : sign;
        if (selector.AsSpan(start, keyEnd - start).IsWhiteSpace()) throw Failure.InvalidFieldSelector(selector, start + 1, "expected a field's name");

        var i = sign + 1 < end && selector[sign + 1] == '=' ? sign + 2 : sign + 1;
        for (; i < end; i++)
        {
            if (selector[i] == '=') throw Failure.InvalidFieldSelector(selector, i + 1, @"a '=' in a value is written '\='");
            if (selector[i] != '\\') continue;
            if (i + 1 >= end || selector[i + 1] is not ('\\' or ',' or '=')) throw Failure.InvalidFieldSelector(selector, i + 1, @"after '\' only '\', ',' and '=' may stand");
            i++;
        }
    }
}
