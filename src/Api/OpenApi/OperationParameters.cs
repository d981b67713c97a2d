using System.Reflection;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;
using RlsChat.Api.Http;

namespace RlsChat.Api.OpenApi;

/// <summary>What an operation takes beside a body.</summary>
internal static class OperationParameters
{
    /// <summary>What the parameters that bind themselves are in a request.</summary>
    private static readonly Dictionary<Type, Func<ParameterInfo, IEnumerable<OpenApiParameter>>> Bound = new()
    {
        [typeof(Id)] = parameter => [Query(parameter.Name!, SchemaDescription.Id(), IsRequired(parameter))],
        [typeof(Moment)] = parameter => [Query(parameter.Name!, SchemaDescription.Time(), IsRequired(parameter))],
        [typeof(PageRequest)] = _ =>
        [
            Query("limit", new()
            {
                Type = JsonSchemaType.Integer,
                Minimum = "1",
                Maximum = $"{PageRequest.Max}",
                Default = PageRequest.Default,
            }),
            Query("cursor", new() { Type = JsonSchemaType.String, MinLength = Cursor.Length, MaxLength = Cursor.Length }),
        ],
        [typeof(LastEventId)] = _ =>
        [
            new() { Name = LastEventId.Header, In = ParameterLocation.Header, Schema = new OpenApiSchema { Type = JsonSchemaType.String } },
            Query(LastEventId.Query, new() { Type = JsonSchemaType.String }),
        ],
    };

    /// <summary>What is read by other than a handler's parameters.</summary>
    private static readonly Dictionary<string, (ParameterLocation In, string Name)[]> Unbound = new()
    {
        ["auth.github.callback"] =
        [
            (ParameterLocation.Query, "code"), (ParameterLocation.Query, "state"), (ParameterLocation.Query, "error"),
        ],
        ["auth.exchange"] = [(ParameterLocation.Cookie, "rlschat-pickup")],
    };

    public static void Complete(
        OpenApiOperation operation, MethodInfo handler, IList<object> metadata, string path, string method)
    {
        var (name, parameters) = (operation.OperationId!, new List<OpenApiParameter>());
        foreach (var parameter in handler.GetParameters())
        {
            parameters.AddRange(Bound.TryGetValue(Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType, out var known)
                ? known(parameter)
                : operation.Parameters?.OfType<OpenApiParameter>().Where(listed => listed.Name == parameter.Name) ?? []);
        }

        parameters.AddRange(Headers(handler, metadata, method).Select(header => new OpenApiParameter
        {
            Name = header,
            In = ParameterLocation.Header,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = header == Idempotency.Header ? Idempotency.MaxKey : null },
        }));
        if (Unbound.TryGetValue(name, out var unbound))
        {
            parameters.AddRange(unbound.Select(other => new OpenApiParameter
            {
                Name = other.Name,
                In = other.In,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            }));
        }

        foreach (var parameter in parameters)
        {
            if (path.Contains($"{{{parameter.Name}}}", StringComparison.Ordinal))
            {
                (parameter.In, parameter.Required) = (ParameterLocation.Path, true);
            }

            parameter.Description ??= ParameterTexts.Of(name, parameter.Name!, path);
            if (ParameterTexts.Words(name, parameter.Name!) is { } words)
            {
                parameter.Schema = SchemaDescription.Words(words, words.Count > 1 ? words[0] : null);
            }
            else if (ParameterTexts.IsNumber(name, parameter.Name!))
            {
                parameter.Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32", Minimum = "0" };
            }
        }

        operation.Parameters = parameters.Count > 0 ? [.. parameters] : null;
    }

    /// <summary>The headers that are read beside the handler's parameters.</summary>
    private static IEnumerable<string> Headers(MethodInfo handler, IList<object> metadata, string method)
    {
        if (metadata.OfType<Idempotency.Marker>().Any())
        {
            yield return Idempotency.Header;
        }

        if (Preconditions.IsChange(method))
        {
            yield return HeaderNames.IfMatch;
        }

        if (HttpMethods.IsGet(method) && OperationResponses.IsTagged(handler))
        {
            yield return HeaderNames.IfNoneMatch;
        }
    }

    private static OpenApiParameter Query(string name, OpenApiSchema schema, bool required = false) =>
        new() { Name = name, In = ParameterLocation.Query, Required = required, Schema = schema };

    private static bool IsRequired(ParameterInfo parameter) =>
        new NullabilityInfoContext().Create(parameter).ReadState == NullabilityState.NotNull;
}
