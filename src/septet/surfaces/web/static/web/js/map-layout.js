"use strict";
// Works out where the records of the impact map stand, layer by layer, beside the page: thousands of relations take
// seconds, and meanwhile the page goes on.
const SIZE = { width: 196, height: 44 };
const LOOK = { nodesep: 12, edgesep: 3, marginx: 0, marginy: 0, ranker: "tight-tree" };
const BETWEEN_LAYERS = { LR: 76, TB: 52 };

function places(direction, nodes, edges) {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ ...LOOK, rankdir: direction, ranksep: BETWEEN_LAYERS[direction] });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const id of nodes) graph.setNode(id, { ...SIZE });
  for (const [id, source, target] of edges) graph.setEdge(source, target, {}, id);
  dagre.layout(graph);
  const { width, height } = graph.graph();
  return { direction, width, height, at: Object.fromEntries(nodes.map((id) => [id, { x: graph.node(id).x, y: graph.node(id).y }])) };
}

addEventListener("message", ({ data: { library, ask, directions, nodes, edges } }) => {
  if (!self.dagre) importScripts(library);
  postMessage({ ask, found: directions.map((one) => places(one, nodes, edges)) });
});
