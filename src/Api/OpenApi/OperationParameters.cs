using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;
using RlsChat.Api.Data;
using RlsChat.Api.Http;

namespace RlsChat.Api.OpenApi;

/// <summary>The parameters of an operation.</summary>
internal static class OperationParameters
{
    /// <summary>The parameters of types that bind themselves.</summary>
    private static readonly Dictionary<Type, Func<ParameterInfo, IEnumerable<OpenApiParameter>>> Bound = new()
    {
        [typeof(Id)] = parameter => [Query(parameter.Name!, null, SchemaDescription.Id(), IsRequired(parameter))],
        [typeof(Moment)] = parameter => [Query(parameter.Name!, null, SchemaDescription.Time(), IsRequired(parameter))],
        [typeof(PageRequest)] = _ =>
        [
            Query("limit", "How many rows at most.", new()
            {
                Type = JsonSchemaType.Integer,
                Minimum = "1",
                Maximum = $"{PageRequest.Max}",
                Default = PageRequest.Default,
            }),
            Query("cursor", "The `nextCursor` of the page before; left out for the first page.",
                new() { Type = JsonSchemaType.String, MinLength = Cursor.Length, MaxLength = Cursor.Length }),
        ],
        [typeof(LastEventId)] = _ =>
        [
            Text(ParameterLocation.Header, LastEventId.Header,
                "The `id` of the last event that was received; the next one follows, on any instance."),
            Text(ParameterLocation.Query, LastEventId.Query, "The same, for clients that cannot set the header."),
        ],
    };

    /// <summary>Parameters that are read elsewhere than in a handler.</summary>
    private static readonly Dictionary<string, OpenApiParameter[]> Unbound = new()
    {
        ["auth.github.callback"] =
        [
            Text(ParameterLocation.Query, "code", "The code that GitHub gave the browser."),
            Text(ParameterLocation.Query, "state", "The state that this API gave the browser."),
            Text(ParameterLocation.Query, "error", "Why GitHub refused."),
        ],
        ["auth.exchange"] =
        [
            Text(ParameterLocation.Cookie, "rlschat-pickup",
                "The cookie that the end of the sign-in left in this browser, good once and for a minute."),
        ],
    };

    public static void Complete(
        OpenApiOperation operation, MethodInfo handler, IList<object> metadata, string path, string method)
    {
        var parameters = new List<OpenApiParameter>();
        foreach (var parameter in handler.GetParameters())
        {
            parameters.AddRange(Bound.TryGetValue(Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType, out var known)
                ? known(parameter)
                : operation.Parameters?.OfType<OpenApiParameter>().Where(listed => listed.Name == parameter.Name) ?? []);
            if (parameters.Find(listed => listed.Name == parameter.Name) is { } described)
            {
                Describe(described, parameter, path);
            }
        }

        parameters.AddRange(Headers(handler, metadata, method));
        parameters.AddRange(Unbound.GetValueOrDefault(operation.OperationId!) ?? []);
        operation.Parameters = parameters.Count > 0 ? [.. parameters] : null;
    }

    /// <summary>Completes a parameter by the attributes of the handler's.</summary>
    private static void Describe(OpenApiParameter described, ParameterInfo parameter, string path)
    {
        if (path.Contains($"{{{described.Name}}}", StringComparison.Ordinal))
        {
            (described.In, described.Required) = (ParameterLocation.Path, true);
        }

        described.Description ??= parameter.GetCustomAttribute<DescriptionAttribute>()?.Description
            ?? (described.Name == "id" && path.Split('/', StringSplitOptions.RemoveEmptyEntries) is [[.. var thing, 's'], ..]
                ? $"The {thing}'s id."
                : null);
        if (parameter.GetCustomAttribute<AllowedValuesAttribute>() is { Values: var words })
        {
            // The first of several is the default.
            described.Schema = SchemaDescription.Words(words.Cast<string>(), words.Length > 1 ? (string?)words[0] : null);
        }
        else if (parameter.GetCustomAttribute<RangeAttribute>() is { } range)
        {
            described.Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32", Minimum = $"{range.Minimum}" };
        }
    }

    /// <summary>The headers that are read beside the handler's parameters.</summary>
    private static IEnumerable<OpenApiParameter> Headers(MethodInfo handler, IList<object> metadata, string method)
    {
        if (metadata.OfType<Idempotency.Marker>().Any())
        {
            yield return Text(ParameterLocation.Header, Idempotency.Header,
                "Any text: a request that is repeated under it within 24 hours creates nothing.", Idempotency.MaxKey);
        }

        if (Preconditions.IsChange(method))
        {
            yield return Text(ParameterLocation.Header, HeaderNames.IfMatch,
                "Entity tags: the change is made only if one of them matches; `*` matches any.");
        }

        if (HttpMethods.IsGet(method) && handler.GetParameters().Any(parameter => parameter.ParameterType == typeof(UserDb)))
        {
            yield return Text(ParameterLocation.Header, Freshness.Header,
                "Where standbys answer, what the response must show: the `Rlschat-After` of a response, the id of a live event, both with a comma; or `primary`.");
        }

        if (HttpMethods.IsGet(method) && OperationResponses.IsTagged(handler))
        {
            yield return Text(ParameterLocation.Header, HeaderNames.IfNoneMatch,
                "Known entity tags: if one of them matches, the response is a 304.");
        }
    }

    private static OpenApiParameter Query(string name, string? description, OpenApiSchema schema, bool required = false) =>
        new() { Name = name, In = ParameterLocation.Query, Description = description, Required = required, Schema = schema };

    private static OpenApiParameter Text(ParameterLocation place, string name, string description, int? maxLength = null) => new()
    {
        Name = name,
        In = place,
        Description = description,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = maxLength },
    };

    private static bool IsRequired(ParameterInfo parameter) =>
        new NullabilityInfoContext().Create(parameter).ReadState == NullabilityState.NotNull;
}
