namespace RlsChat.Api.Endpoints;

/// <summary>
/// Maps the routes of this folder: every class here has a method <c>Map</c>. No list names them, so a new
/// endpoint is one new file.
/// </summary>
internal static class AllEndpoints
{
    public static void MapAllEndpoints(this IEndpointRouteBuilder routes)
    {
        var classes = typeof(AllEndpoints).Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(AllEndpoints).Namespace && !type.IsNested)
            .OrderBy(type => type.Name, StringComparer.Ordinal);
        foreach (var type in classes)
        {
            type.GetMethod("Map", [typeof(IEndpointRouteBuilder)])?.CreateDelegate<Action<IEndpointRouteBuilder>>()(routes);
        }
    }
}
