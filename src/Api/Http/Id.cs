using System.Reflection;

namespace RlsChat.Api.Http;

/// <summary>A row's id in a route or a query; what is no UUID is a 400 that names the place, never a 404.</summary>
internal sealed record Id(Guid Value) : IBindableFromHttpContext<Id>
{
    public static ValueTask<Id?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        Guid.TryParseExact(
            context.Request.RouteValues[parameter.Name!] as string ?? context.Request.Query[parameter.Name!], "D", out var id)
            ? ValueTask.FromResult<Id?>(new Id(id))
            : throw new InvalidInputException(parameter.Name!, "must be a UUID");
}
