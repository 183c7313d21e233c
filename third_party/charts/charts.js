/* The parts of Apache ECharts that the report uses, and no others: what is not named here is not
 * in the binary. SVG only, so that a printed page and a zoomed phone stay sharp. */
import { init, use } from 'echarts/core';
import { ScatterChart, CustomChart, LineChart, BarChart } from 'echarts/charts';
import {
  GridComponent, TooltipComponent, LegendComponent, DataZoomComponent, MarkLineComponent,
  AriaComponent
} from 'echarts/components';
import { LabelLayout } from 'echarts/features';
import { SVGRenderer } from 'echarts/renderers';

use([ScatterChart, CustomChart, LineChart, BarChart, GridComponent, TooltipComponent,
  LegendComponent, DataZoomComponent, MarkLineComponent, AriaComponent, LabelLayout, SVGRenderer]);

export { init };
