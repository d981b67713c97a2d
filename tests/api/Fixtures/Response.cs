using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace RlsChat.Tests.Api.Fixtures;

/// <summary>A response of the API.</summary>
internal sealed partial class Response(string question, HttpResponseMessage response, string text)
{

    /// <summary>Who asked what.</summary>
    public string Question => question;
    public int Status => (int)response.StatusCode;
    public string Text => text;
    public JsonNode Body => JsonNode.Parse(text)!;
    public Guid Id => Body["id"]!.GetValue<Guid>();
    public Uri? Location => response.Headers.Location;
    public TimeSpan? RetryAfter => response.Headers.RetryAfter?.Delta;
    public string? Tag => Header("ETag");
    public string Challenge => response.Headers.WwwAuthenticate.ToString();
    public string? MediaType => response.Content.Headers.ContentType?.MediaType;
    public Guid[] Ids => [.. Body["items"]!.AsArray().Select(item => item!["id"]!.GetValue<Guid>())];
    public string? NextCursor => Body["nextCursor"]?.GetValue<string>();
    public string[] ErrorFields => [.. (Body["errors"]?.AsObject() ?? []).Select(error => error.Key)];

    /// <summary>A header, or null without it.</summary>
    public string? Header(string name) => response.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    /// <summary>That status, and a problem for every error.</summary>
    public Response Is(int status, string? code = null)
    {
        Assert.True(status == Status, $"{question} should be {status}, is {Status}: {text}");
        if (status >= 400)
        {
            Assert.Equal("application/problem+json", MediaType);
            Assert.Equal(status, Body["status"]!.GetValue<int>());
            Assert.Matches("^[0-9a-f]{32}$", Body["traceId"]!.GetValue<string>());
            Assert.False(string.IsNullOrEmpty(Body["title"]!.GetValue<string>()));
            Assert.Equal(code ?? Body["code"]!.GetValue<string>(), Body["code"]!.GetValue<string>());
        }

        return this;
    }

    /// <summary>A 400 that names exactly these fields.</summary>
    public void Refuses(params string[] fields)
    {
        Is(400, "invalid_input");
        Assert.Equal(fields.Order(), ErrorFields.Order());
    }

    /// <summary>Every byte that matters: status, headers and body, without the time of day, what it took, and the trace id.</summary>
    public string Bytes => string.Join('\n',
    [
        $"{Status}",
        .. response.Headers.Concat(response.Content.Headers)
            .Where(header => header.Key is not ("Date" or "Server-Timing"))
            .Select(header => $"{header.Key}: {string.Join(", ", header.Value)}").Order(StringComparer.Ordinal),
        Trace().Replace(text, "\"traceId\":\"\""),
    ]);

    /// <summary>The body without what differs from one answer to the next.</summary>
    public string WithoutTrace()
    {
        var body = Body.AsObject();
        Assert.True(body.Remove("traceId"));
        return body.ToJsonString();
    }

    [GeneratedRegex("\"traceId\":\"[0-9a-f]{32}\"")]
    private static partial Regex Trace();
}
