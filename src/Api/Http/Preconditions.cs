using System.Globalization;
using Microsoft.Net.Http.Headers;

namespace RlsChat.Api.Http;

/// <summary>A response with an entity tag.</summary>
internal interface ITagged
{
    /// <summary>The tag of its current state.</summary>
    EntityTagHeaderValue Tag { get; }
}

/// <summary>A row with a version.</summary>
internal interface IVersioned : ITagged
{
    int Version { get; }

    EntityTagHeaderValue ITagged.Tag => Preconditions.Tag(Version.ToString(CultureInfo.InvariantCulture));
}

/// <summary>
/// The tags of If-Match, one of which the row must have. The statement itself compares them (auth.if_match), so that
/// no change can come between.
/// </summary>
/// <param name="Tags">Null matches every row; an empty list matches none.</param>
internal sealed record IfMatch(string[]? Tags)
{
    public static ValueTask<IfMatch> BindAsync(HttpContext context) =>
        ValueTask.FromResult(new IfMatch(Preconditions.Read(context, HeaderNames.IfMatch) is { } tags && !Preconditions.Any(tags)
            // A weak tag says that two things mean the same, not that they are the same.
            ? [.. tags.Where(tag => !tag.IsWeak).Select(tag => tag.Tag.AsSpan()[1..^1].ToString())]
            : null));
}

/// <summary>ETag and If-None-Match of every response about one thing, and If-Match where there is no tag.</summary>
internal static class Preconditions
{
    /// <summary>The row does not have the tag.</summary>
    public static readonly Problem Failed = new(412, "precondition_failed", "It has changed since, or has no tag to match; read it again.");

    /// <summary>A strong tag of this text, which has no quotes.</summary>
    public static EntityTagHeaderValue Tag(string text) => new($"\"{text}\"");

    public static async ValueTask<object?> Check(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (!context.Arguments.Any(argument => argument is IfMatch)
            && IsChange(http.Request.Method)
            && Read(http, HeaderNames.IfMatch) is { } expected && !Any(expected))
        {
            return Failed.Refuse();
        }

        var result = await next(context);
        var answer = result is INestedHttpResult nested ? nested.Result : result;
        if (answer is not IValueHttpResult { Value: ITagged { Tag: var tag } })
        {
            return result;
        }

        http.Response.GetTypedHeaders().ETag = tag;
        if (!Manners.IsRead(http.Request.Method))
        {
            return result;
        }

        // Only the client itself may cache it, and must revalidate: access may have ended.
        http.Response.Headers.CacheControl = "private, no-cache";
        http.Response.Headers.Vary = HeaderNames.Authorization;
        return Read(http, HeaderNames.IfNoneMatch) is { } known && (Any(known) || known.Any(one => one.Compare(tag, useStrongComparison: false)))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : result;
    }

    /// <summary>Whether the method changes or deletes something, so that If-Match applies.</summary>
    public static bool IsChange(string method) =>
        HttpMethods.IsPatch(method) || HttpMethods.IsPut(method) || HttpMethods.IsDelete(method);

    /// <summary>The tags of a header, or null without one.</summary>
    public static IList<EntityTagHeaderValue>? Read(HttpContext context, string header) =>
        context.Request.Headers[header] is not { Count: > 0 } values ? null
        : EntityTagHeaderValue.TryParseStrictList(values, out var tags) ? tags
        : throw new InvalidInputException(header, "must be * or entity tags, such as \"3\"");

    /// <summary>Whether the tags are *.</summary>
    public static bool Any(IList<EntityTagHeaderValue> tags) => tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any));
}
