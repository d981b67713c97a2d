using System.Text.Json.Serialization.Metadata;
using RlsChat.Api.Http;

namespace RlsChat.Api.OpenApi;

/// <summary>The names of types in the description: each type's own, and a page of chats is a ChatPage.</summary>
internal static class SchemaNames
{
    /// <summary>The name of an object's type; null for other types, which have no schema of their own.</summary>
    public static string? Of(JsonTypeInfo type) => type.Kind == JsonTypeInfoKind.Object ? Of(type.Type) : null;

    /// <inheritdoc cref="Of(JsonTypeInfo)"/>
    public static string Of(Type type) =>
        type == typeof(ProblemBody) ? "Problem"
        : type.IsGenericType ? $"{Of(type.GenericTypeArguments[0])}{type.Name[..type.Name.IndexOf('`')]}"
        : type.Name;
}
