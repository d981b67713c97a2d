using System.Reflection;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.OpenApi;
using RlsChat.Api.Data;
using RlsChat.Api.Http;

namespace RlsChat.Api.OpenApi;

/// <summary>The responses of an operation: its results, and the problems of everything that it uses.</summary>
internal static class OperationResponses
{
    private static readonly Dictionary<string, string> Successes = new()
    {
        ["200"] = "The result.",
        ["201"] = "Created.",
        ["202"] = "Accepted: a mail is sent if there is reason to. The response is the same if there is none.",
        ["204"] = "Done.",
        ["304"] = "Unchanged: it has the tag of If-None-Match.",
        ["302"] = "Redirects the browser.",
    };

    public static void Complete(
        OpenApiOperation operation, MethodInfo handler, IList<object> metadata, bool isOpen, OpenApiDocument document,
        string method)
    {
        var results = Results(handler.ReturnType).ToList();
        var responses = operation.Responses ??= [];
        if (results.Contains(typeof(ChallengeHttpResult)))
        {
            responses["302"] = new OpenApiResponse();
        }

        foreach (var (status, response) in responses.Where(response => response.Key[0] is '2' or '3').ToList())
        {
            ((OpenApiResponse)response).Description = Successes.GetValueOrDefault(status);
            ((OpenApiResponse)response).Headers = HeadersOf(
                status, IsTagged(handler), metadata.OfType<Idempotency.Marker>().Any(), !HttpMethods.IsGet(method));
            if (response.Content?.TryGetValue("text/event-stream", out var events) == true)
            {
                // No schema describes the syntax of events.
                events.Schema = new OpenApiSchema { Type = JsonSchemaType.String };
            }
        }

        if (HttpMethods.IsGet(method) && IsTagged(handler))
        {
            responses["304"] = new OpenApiResponse { Description = Successes["304"], Headers = HeadersOf("304", isTagged: true) };
        }

        foreach (var status in responses.Keys.Where(status => status[0] >= '4').ToList())
        {
            responses.Remove(status);
        }

        var problems = Codes(operation, handler, results, metadata, isOpen, method).Distinct().Select(code => ProblemList.ByCode[code]);
        foreach (var same in problems.GroupBy(problem => problem.Status).OrderBy(same => same.Key))
        {
            responses[$"{same.Key}"] = Shared(same.Key, [.. same], document);
        }
    }

    /// <summary>The response with one of these problems, as a shared component.</summary>
    private static OpenApiResponseReference Shared(int status, Problem[] problems, OpenApiDocument document)
    {
        var name = $"{status}.{string.Join('.', problems.Select(problem => problem.Code))}";
        document.AddComponent(name, new OpenApiResponse
        {
            Description = string.Join("\n", problems.Select(problem => $"- `{problem.Code}`: {problem.Detail}")),
            Headers = HeadersOf($"{status}"),
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["application/problem+json"] = new()
                {
                    Schema = new OpenApiSchema
                    {
                        AllOf =
                        [
                            new OpenApiSchemaReference("Problem", document),
                            new OpenApiSchema
                            {
                                Properties = new Dictionary<string, IOpenApiSchema>
                                {
                                    ["code"] = SchemaDescription.Words(problems.Select(problem => problem.Code)),
                                },
                            },
                        ],
                    },
                },
            },
        });
        return new OpenApiResponseReference(name, document);
    }

    /// <summary>Every problem of the operation, by what can raise it.</summary>
    private static IEnumerable<string> Codes(
        OpenApiOperation operation, MethodInfo handler, List<Type> results, IList<object> metadata, bool isOpen,
        string method)
    {
        var takes = handler.GetParameters().Select(parameter => parameter.ParameterType).ToList();
        var asksAsSomebody = takes.Contains(typeof(UserDb)) || takes.Contains(typeof(MonitorDb));
        var asksDatabase = asksAsSomebody || takes.Contains(typeof(SignInDb));
        yield return "invalid_input";
        if (operation.RequestBody is not null)
        {
            yield return "too_large";
            yield return "unsupported_media_type";
        }

        yield return "invalid_token";
        if (asksAsSomebody || takes.Contains(typeof(ClaimsPrincipal)))
        {
            yield return "session_ended";
        }

        if (!isOpen || results.Contains(typeof(UnauthorizedHttpResult)))
        {
            yield return "unauthenticated";
        }

        if (results.Contains(typeof(ForbidHttpResult)))
        {
            yield return "forbidden";
        }

        if (results.Contains(typeof(NotFound)))
        {
            yield return "not_found";
        }

        foreach (var code in metadata.OfType<RaisedProblems>().SelectMany(raised => raised.Codes))
        {
            yield return code;
        }

        if (Preconditions.IsChange(method))
        {
            yield return "precondition_failed";
        }

        if (metadata.OfType<Idempotency.Marker>().Any())
        {
            yield return "idempotency_key_reused";
            yield return "not_found";
        }

        if (!metadata.OfType<DisableRateLimitingAttribute>().Any())
        {
            yield return "too_many_requests";
        }

        yield return "internal_error";
        if (asksDatabase)
        {
            yield return "unavailable";
            yield return "timeout";
        }
    }

    /// <summary>Whether the handler returns something with an entity tag.</summary>
    public static bool IsTagged(MethodInfo handler) => Results(handler.ReturnType).Any(result =>
        result.IsGenericType && result.GenericTypeArguments[0].IsAssignableTo(typeof(ITagged)));

    /// <summary>The results that a handler may return.</summary>
    private static IEnumerable<Type> Results(Type type) => type switch
    {
        { IsGenericType: true } when type.GetGenericTypeDefinition() == typeof(Task<>) => Results(type.GenericTypeArguments[0]),
        { IsGenericType: true } when type.IsAssignableTo(typeof(INestedHttpResult)) || type.Name.StartsWith("Results`", StringComparison.Ordinal)
            => type.GenericTypeArguments.SelectMany(Results),
        _ => [type],
    };

    private static Dictionary<string, IOpenApiHeader>? HeadersOf(string status, bool isTagged = false, bool isOnce = false, bool isWrite = false)
    {
        var headers = new Dictionary<string, IOpenApiHeader>();
        void Add(string name, string description, JsonSchemaType type = JsonSchemaType.String, bool always = true) =>
            headers.Add(name, new OpenApiHeader { Description = description, Required = always, Schema = new OpenApiSchema { Type = type } });

        switch (status)
        {
            case "201" or "302":
                Add("Location", "Where it is.");
                break;
            case "401":
                Add("WWW-Authenticate", "`Bearer`, with `error=\"invalid_token\"` where a token was presented.");
                break;
            case "429" or "503":
                Add("Retry-After", "After how many seconds trying again may help.", JsonSchemaType.Integer);
                break;
        }

        if (isTagged)
        {
            Add("ETag", "Names what it looks like now; for `If-Match` and `If-None-Match`.");
        }

        if (isOnce)
        {
            Add(Idempotency.Replayed, "`true` when it had been done before, under the same `Idempotency-Key`.", always: false);
        }

        if (isWrite)
        {
            Add(Freshness.Header, "Where standbys answer: for the same header of a read that must show what this request did.", always: false);
        }

        return headers.Count > 0 ? headers : null;
    }
}
